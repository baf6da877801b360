"""Tools as a file lists them, whose modules are loaded when they are first called: to be listed, a tool needs
none of its code."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import import_module
from inspect import Parameter
from typing import Any

from hostex_mcp.toolkit.results import CONFIRMING_PARAMETERS, JsonObject
from hostex_mcp.toolkit.schema import Schema
from hostex_mcp.toolkit.tool import Effect, Tool

_PLAIN = [field.name for field in fields(Tool) if field.name not in ("function", "text")]


@dataclass(frozen=True, kw_only=True, eq=False)
class FiledTool(Tool):
    """A tool that a file lists, with its schemas; `arguments` has those of every way to confirm."""

    arguments: Schema
    answer: Schema
    pages: bool
    declared: "Declared"

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """The function's own parameters."""
        return self.declared.tool.parameters

    @cached_property
    def paged(self) -> bool:
        """Whether the tool has `limit`, `cursor` and `detail`."""
        return self.pages

    @cached_property
    def output_schema(self) -> Schema:
        """What `structuredContent` is."""
        return self.answer

    def input_schema_for(self, confirming: Collection[str]) -> Schema:
        """Return what `tools/list` says the arguments are where calls of writes come back with these."""
        left_out = CONFIRMING_PARAMETERS.keys() - set(confirming)
        members: JsonObject = self.arguments["properties"]
        kept = {name: schema for name, schema in members.items() if name not in left_out}
        return {**self.arguments, "properties": kept}


class Declared:
    """Where a tool is declared."""

    def __init__(self, name: str, module: str) -> None:
        self._name = name
        self._module = module

    @cached_property
    def tool(self) -> Tool:
        """The tool as it is declared."""
        return getattr(import_module(self._module), self._name)

    def function(self, *arguments: Any, **named: Any) -> Any:
        """Call its function."""
        return self.tool.function(*arguments, **named)

    def text(self, answer: JsonObject) -> str:
        """Put its answer into words."""
        words = self.tool.text
        return words(answer) if words else ""


def filed(tool: Tool) -> dict[str, Any]:
    """Return a tool as a file has it."""
    return {
        **{name: getattr(tool, name) for name in _PLAIN},
        "module": tool.function.__module__,
        "in_words": tool.text is not None,
        "pages": tool.paged,
        "arguments": tool.input_schema_for(CONFIRMING_PARAMETERS),
        "answer": tool.output_schema,
    }


def from_file(entry: Mapping[str, Any]) -> FiledTool:
    """Return the tool that a file has like this."""
    declared = Declared(entry["name"], entry["module"])
    plain: dict[str, Any] = {name: entry[name] for name in _PLAIN if name != "effect"}
    return FiledTool(
        **plain,
        effect=Effect(entry["effect"]),
        function=declared.function,
        text=declared.text if entry["in_words"] else None,
        arguments=entry["arguments"],
        answer=entry["answer"],
        pages=entry["pages"],
        declared=declared,
    )
