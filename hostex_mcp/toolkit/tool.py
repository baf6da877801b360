"""The declaration of a tool: one decorated async function says everything the server needs."""

import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hostex_mcp.toolkit.arguments import Arguments, PropertyTitle, arguments_model, validate
from hostex_mcp.toolkit.meaning import meaning
from hostex_mcp.toolkit.results import (
    CONFIRMING,
    CONFIRMING_PARAMETERS,
    PAGE_PARAMETERS,
    CatalogueCall,
    Item,
    JsonObject,
    ListPage,
    ListPosition,
    PageRequest,
    PlannedWrite,
    Step,
)
from hostex_mcp.toolkit.schema import Schema, metadata_of, object_schema, schema_of

Audience = Literal["model", "app"]
Function = Callable[..., Awaitable[ListPage[Any] | Item[Any] | PlannedWrite[Any] | CatalogueCall[Any]]]


class Effect(StrEnum):
    """What a call can do: look; change something that only the team sees, with a way back; or anything
    weightier."""

    READ = "read"
    INTERNAL = "internal"
    CONSEQUENTIAL = "consequential"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A declared tool. `hostex_name` is its name in Hostex's own MCP server, None where that lacks it. `text`
    puts its answer into words, None where it is told as tables like all others. `draft` names the argument
    whose text a person may edit before they agree. One whose `audience` is the app is called by views that
    the app shows to a person, and is none of the model's tools; it needs the `rights_of` one of those."""

    name: str
    title: str
    description: str
    toolset: str
    effect: Effect
    function: Function
    hostex_name: str | None
    core: bool
    open_world: bool
    destructive: bool
    idempotent: bool
    keywords: str
    text: Callable[[JsonObject], str] | None
    draft: str = ""
    audience: Audience = "model"
    rights_of: str = ""

    @cached_property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The function's own parameters, without `context`; `**more: Unpack[Shape]` stands for the members
        of the TypedDict `Shape`, all optional."""
        signature = inspect.signature(self.function, eval_str=True)
        parameters: dict[str, inspect.Parameter] = {}
        for name, parameter in signature.parameters.items():
            parameters |= (
                _unpacked(parameter) if parameter.kind is inspect.Parameter.VAR_KEYWORD else {name: parameter}
            )
        parameters.pop("context", None)
        return parameters

    @cached_property
    def paged(self) -> bool:
        """Whether the tool has `limit`, `cursor` and `detail`."""
        return "page" in self.parameters

    @cached_property
    def writes(self) -> bool:
        """Whether the tool itself changes something; one that hands a call on does not."""
        return self.effect is not Effect.READ and self.toolset != "core"

    @cached_property
    def confirmable(self) -> bool:
        """Whether a person has to see whatever the tool would do before it does it."""
        return self.writes and self.effect is Effect.CONSEQUENTIAL

    @cached_property
    def hints(self) -> Mapping[str, Any]:
        """Argument name to annotated type."""
        hints = {name: parameter.annotation for name, parameter in self.parameters.items() if name != "page"}
        extra: Mapping[str, Any] = (
            PAGE_PARAMETERS if self.paged else CONFIRMING_PARAMETERS if self.confirmable else {}
        )
        return {**hints, **extra}

    @cached_property
    def required(self) -> list[str]:
        """Arguments without a default."""
        empty = inspect.Parameter.empty
        return [
            name
            for name, parameter in self.parameters.items()
            if parameter.default is empty and name != "page"
        ]

    @cached_property
    def input_schema(self) -> Schema:
        """What `tools/list` says the arguments are, where nothing else is set."""
        return self.input_schema_for(CONFIRMING["auto"])

    def input_schema_for(self, confirming: Collection[str]) -> Schema:
        """Return what `tools/list` says the arguments are where calls of writes come back with these."""
        left_out = CONFIRMING_PARAMETERS.keys() - set(confirming)
        hints = {name: hint for name, hint in self.hints.items() if name not in left_out}
        return object_schema(hints, self.required)

    @cached_property
    def output_schema(self) -> Schema:
        """What `structuredContent` is: nothing is required, so that an error fits too."""
        hint = get_type_hints(self.function)["return"]
        (shape,) = get_args(hint)
        wrap = {ListPage: _rows_schema, PlannedWrite: _change_schema}.get(get_origin(hint), schema_of)
        answer = wrap(shape)
        answer.pop("required", None)
        if self.paged and self.toolset == "insights":
            answer["properties"]["failed"] = {"type": "array", "items": {"type": "object"}}
        if self.toolset == "insights":
            answer.setdefault("properties", {}).setdefault("more", {"type": "object"})
        answer.setdefault("properties", {})["error"] = {"type": "object"}
        return answer

    @cached_property
    def titled(self) -> list[str]:
        """Arguments that take a property's title in place of its id, alone or in a list."""
        return [name for name, hint in self.hints.items() if PropertyTitle() in metadata_of(hint)]

    @cached_property
    def model(self) -> type[Arguments]:
        """The model that validates a call's arguments; built at the first call."""
        defaults = {name: ... if name in self.required else None for name in self.hints}
        return arguments_model(self.name, {name: (hint, defaults[name]) for name, hint in self.hints.items()})

    def interpret(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call as they are plainly meant, before they are validated."""
        return meaning(self.hints, self.required, arguments)

    def bind(self, call: Mapping[str, Any], step: Step | None = None) -> dict[str, Any]:
        """Return validated keyword arguments for the function.

        Raises:
            InvalidArguments: naming each argument that does not fit.
        """
        if self.writes and not self.confirmable:
            # Not among its parameters, as it is seldom needed: only for a change without a way back.
            call = {name: value for name, value in call.items() if name not in CONFIRMING_PARAMETERS}
        arguments = validate(self.model, call)
        if self.confirmable:
            arguments = {
                name: value for name, value in arguments.items() if name not in CONFIRMING_PARAMETERS
            }
        if self.paged:
            page = {name: arguments.pop(name) for name in ("limit", "detail") if name in arguments}
            marked = isinstance(step, ListPosition)
            arguments["page"] = PageRequest(
                offsets=None if marked else step, mark=step if marked else None, **page
            )
        return arguments


def tool(
    title: str,
    *,
    effect: Effect = Effect.READ,
    hostex_name: str | None = None,
    core: bool = False,
    open_world: bool = False,
    destructive: bool = False,
    idempotent: bool = False,
    keywords: str = "",
    text: Callable[[JsonObject], str] | None = None,
    draft: str = "",
    audience: Audience = "model",
    rights_of: str = "",
) -> Callable[[Function], Tool]:
    """Declare a tool. The function's name, signature and docstring become its name, schemas and
    description, and the folder of its module its toolset; `core` is that of the tools outside of any.
    `open_world`: guests, channels or the public are at the other end. `destructive` and
    `idempotent` speak of writes only. `keywords` are what people also call it, for searching."""

    def declare(function: Function) -> Tool:
        return Tool(
            name=function.__name__,
            title=title,
            description=" ".join((inspect.getdoc(function) or "").split()),
            toolset=_toolset(function.__module__),
            effect=effect,
            function=function,
            hostex_name=hostex_name,
            core=core,
            open_world=open_world,
            destructive=destructive,
            idempotent=idempotent or effect is Effect.READ,
            keywords=keywords,
            text=text,
            draft=draft,
            audience=audience,
            rights_of=rights_of,
        )

    return declare


def _toolset(module: str) -> str:
    folder = module.split(".")[-2]
    return "core" if folder == "tools" else folder


def _unpacked(parameter: inspect.Parameter) -> dict[str, inspect.Parameter]:
    """Return the parameters that an unpacked TypedDict stands for."""
    (shape,) = get_args(parameter.annotation)
    return {
        name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
        for name, hint in get_type_hints(shape, include_extras=True).items()
    }


def _rows_schema(row: Any) -> Schema:
    item = schema_of(row)
    item.pop("required", None)
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "returned": {"type": "integer"},
            "total": {"type": "integer"},
            "next_cursor": {"type": "string"},
            "truncated": {"type": "boolean"},
            "notes": {"type": "array", "items": {"type": "string"}},
        },
    }


def _change_schema(result: Any) -> Schema:
    return {
        "type": "object",
        "properties": {
            "status": {"type": "string"},
            "result": schema_of(result),
            "undo": {"description": "the call that undoes this, or null"},
            "receipt": {"type": "object"},
        },
    }
