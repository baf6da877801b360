"""Holds the client's operations and models against the description."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

import hostex_mcp.api.endpoints
from hostex_mcp.api import ListEndpoint
from hostex_mcp.api import Operation as Declared
from tests.contract.answers import fullest, rows
from tests.contract.description import OPERATIONS, Operation, Shape, described

NOTHING: tuple[object, ...] = (None, "", [], {})
Declaration = Declared[Any] | ListEndpoint[Any]


def declarations() -> list[Declaration]:
    """Return every operation that a module of the client declares; one that another imports counts once."""
    modules = [
        import_module(module.name)
        for module in iter_modules(hostex_mcp.api.endpoints.__path__, "hostex_mcp.api.endpoints.")
    ]
    found: dict[int, Declaration] = {}
    for module in modules:
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, Declared | ListEndpoint):
                declaration = cast("Declaration", value)
                found[id(declaration)] = declaration
    return list(found.values())


DECLARED = {declaration.name: declaration for declaration in declarations()}
ANSWERED = {name: operation for name, operation in OPERATIONS.items() if operation.answer is not None}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
each_answer = pytest.mark.parametrize("operation", ANSWERED.values(), ids=list(ANSWERED))


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models(argument)


def strays(annotation: object, fields: Mapping[str, Shape], where: str) -> Iterator[str]:
    """Yield the fields in which a model, or a model inside it, differs from its description."""
    for model in models(annotation):
        documented = {name for name, shape in fields.items() if shape.confidence != "inferred"}
        yield from (f"{where}.{name}" for name in documented ^ model.model_fields.keys())
        for name in documented & model.model_fields.keys():
            field, shape = model.model_fields[name], fields[name]
            if field.is_required() != bool(shape.required):
                yield f"{where}.{name}: required"
            inner = described().types.get(shape.items or shape.type) or shape.fields
            yield from strays(field.annotation, inner, f"{where}.{name}")


def answer_type(declaration: Declaration) -> Any:
    """Return the type that the client reads an answer into."""
    return list[declaration.row] if isinstance(declaration, ListEndpoint) else declaration.answer


def same(sent: Any, read: Any) -> bool:
    """Say whether what was read holds what was sent; unknown fields of objects do not count."""
    if isinstance(sent, dict) and isinstance(read, dict):
        known, fields = cast("dict[str, Any]", read), cast("dict[str, Any]", sent)
        return all(same(value, known[name]) for name, value in fields.items() if name in known)
    if isinstance(sent, list):
        members = cast("list[Any]", sent)
        return len(members) == len(read) and all(map(same, members, read))
    if isinstance(sent, str) and not sent.strip():
        # What has no title is called by its id.
        return read is None or isinstance(read, str)
    if isinstance(sent, str) and isinstance(read, str) and sent != read:
        return datetime.fromisoformat(sent) == datetime.fromisoformat(read)
    return sent == read or (sent in NOTHING and read in NOTHING)


def test_every_operation_is_declared_once() -> None:
    assert sorted(declaration.name for declaration in declarations()) == sorted(OPERATIONS)


@each_operation
def test_a_declaration_says_what_the_description_says(operation: Operation) -> None:
    declared = DECLARED[operation.name]
    if isinstance(declared, ListEndpoint):
        assert not operation.writes
        assert declared.paged == any(param.name == "offset" for param in operation.params)
    else:
        assert (declared.method, declared.path) == (operation.method, operation.path)
        assert declared.writes == operation.writes
        assert declared.authenticated == operation.token
        assert (declared.answer is None) == (operation.answer is None)


@each_answer
def test_no_part_of_an_answer_is_passed_over(operation: Operation) -> None:
    key = DECLARED[operation.name].key
    if key is not None:
        assert described().fields(operation).keys() - {"total"} == {key}


@each_answer
def test_models_have_the_documented_fields(operation: Operation) -> None:
    declared, fields = DECLARED[operation.name], described().fields(operation)
    if declared.key is not None:
        shape = fields[declared.key]
        fields = described().types.get(shape.items or shape.type) or shape.fields
    assert list(strays(answer_type(declared), fields, "data")) == []


def assert_read_without_loss(operation: Operation, sent: dict[str, Any]) -> None:
    declared = DECLARED[operation.name]
    answer = sent if declared.key is None else sent[declared.key]
    adapter: TypeAdapter[Any] = TypeAdapter(answer_type(declared))
    read = adapter.dump_python(adapter.validate_python(answer), mode="json", exclude_unset=True)
    assert same(answer, read), (answer, read)


@each_answer
def test_an_answer_with_every_field_is_read_without_loss(operation: Operation) -> None:
    assert_read_without_loss(operation, fullest(described().fields(operation)))


@each_answer
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(draw=st.data())
def test_any_conforming_answer_is_read_without_loss(operation: Operation, draw: st.DataObject) -> None:
    assert_read_without_loss(operation, draw.draw(rows(described().fields(operation))))
