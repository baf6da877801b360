from collections import Counter

from tests.contract.description import PRIMITIVES, Shape, described

API = described()


def shapes() -> list[Shape]:
    roots = [shape for fields in API.types.values() for shape in fields.values()]
    roots += [param for operation in API.operations for param in operation.params]
    roots += [shape for operation in API.operations for shape in API.fields(operation).values()]
    return roots + [inner for root in roots for inner in (*root.fields.values(), *root.item_fields.values())]


def test_there_are_86_operations_on_59_paths() -> None:
    assert len({operation.name for operation in API.operations}) == 86
    assert len({operation.path for operation in API.operations}) == 59
    assert len({operation.id for operation in API.operations}) == 86


def test_there_is_one_put() -> None:
    assert Counter(operation.method for operation in API.operations)["PUT"] == 1


def test_one_read_is_done_with_post() -> None:
    reads = [operation for operation in API.operations if not operation.writes]
    assert [operation.name for operation in reads if operation.method != "GET"] == ["POST /listings/calendar"]
    assert {operation.method for operation in API.operations if operation.writes} == {
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
    }


def test_only_the_oauth_operations_work_without_a_token() -> None:
    assert {operation.path for operation in API.operations if not operation.token} == {
        "/oauth/authorizations",
        "/oauth/revoke",
    }


def test_the_types_and_enums_that_are_named_are_the_described_ones() -> None:
    named = {name for shape in shapes() for name in (shape.type, shape.items) if name}
    named |= {operation.answer for operation in API.operations if isinstance(operation.answer, str)}
    assert named - set(PRIMITIVES) == set(API.types)
    assert {shape.enum for shape in shapes() if shape.enum} == set(API.enums)


def test_every_placeholder_of_a_path_is_a_required_path_parameter() -> None:
    for operation in API.operations:
        params = operation.placed("path")
        assert all(param.required is True for param in params)
        assert {f"{{{param.name}}}" for param in params} == {
            part for part in operation.path.split("/") if part.startswith("{")
        }
