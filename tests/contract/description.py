"""Loads hostex_api.json: the 86 operations of Hostex OpenAPI v3: parameters, answers, types and enums.

A `confidence` of "observed" stands for what live answers showed, "inferred" for a conclusion that nobody
confirmed; all else is in the official documents.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PRIMITIVES = ("string", "integer", "number", "boolean", "date", "datetime", "array", "object", "map", "any")


class Strict(BaseModel):
    """A part of the description; a key that nobody reads is an error in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Enum(Strict):
    """The values of a closed list, or the ones known of an open list."""

    values: list[str]
    open: bool


class Shape(Strict):
    """The type and the rules of one value: a parameter, or a field of an answer."""

    type: str
    items: str | None = None
    required: bool | Literal["conditional"] = False
    nullable: bool = False
    enum: str | None = None
    values: list[int] | None = None
    min: float | None = None
    max: float | None = None
    max_length: int | None = None
    min_items: int | None = None
    pattern: str | None = None
    format: Literal["email"] | None = None
    default: int | str | None = None
    read_only: bool = False
    deprecated: bool = False
    also: list[str] = []
    fields: "dict[str, Shape]" = {}
    item_fields: "dict[str, Shape]" = {}
    confidence: Literal["documented", "observed", "inferred"] = "documented"


class Parameter(Shape):
    """One parameter of an operation."""

    name: str
    place: Literal["path", "query", "body"] = Field(alias="in")


class Operation(Strict):
    """One operation. `answer` is a type's name, the fields of `data`, or None for an answer without data."""

    id: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    writes: bool
    token: bool
    params: list[Parameter]
    answer: str | dict[str, Shape] | None

    @property
    def name(self) -> str:
        """The method and the path template, such as `GET /groups/{id}`."""
        return f"{self.method} {self.path}"

    def placed(self, place: str) -> list[Parameter]:
        """Return the parameters that travel in the path, the query or the body."""
        return [param for param in self.params if param.place == place]


class Description(Strict):
    """The whole API."""

    version: str
    enums: dict[str, Enum]
    types: dict[str, dict[str, Shape]]
    operations: list[Operation]

    def fields(self, operation: Operation) -> dict[str, Shape]:
        """Return the fields that `data` of a successful answer carries."""
        if isinstance(operation.answer, str):
            return self.types[operation.answer]
        return operation.answer or {}

    def choices(self, shape: Shape) -> list[str] | list[int]:
        """Return the values of a closed list of choices, nothing where others are possible."""
        if shape.values:
            return shape.values
        enum = self.enums.get(shape.enum or "")
        return enum.values if enum and not enum.open else []


@cache
def described() -> Description:
    """Return the description that the project ships."""
    return Description.model_validate_json(Path(__file__).with_name("hostex_api.json").read_bytes())


OPERATIONS = {operation.name: operation for operation in described().operations}
