"""The three tools that make the whole catalogue reachable: search it, run a read, run a write."""

from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le
from pydantic import Field

from hostex_mcp.domain.search import asks_to_do, rank
from hostex_mcp.toolkit.arguments import Integer
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import CHANGE, TOKEN, CatalogueCall, ChangeId, Item, TokenText
from hostex_mcp.toolkit.schema import SentAsText
from hostex_mcp.toolkit.tool import Effect, Tool, tool

_DAILY = 1.3
"""How much more a tool of every day's work counts in a search."""
_WANTED = 1.6
"""How much more a tool counts that changes something where that is asked for, or looks where it is not."""

ToolName = Annotated[str, Field(max_length=64)]
ToolArguments = Annotated[dict[str, Any], SentAsText(), "JSON object, as text"]


class FoundTool(TypedDict, total=False):
    """A tool that fits a search, with what is needed to call it. Those listed are called as listed."""

    name: str
    description: str
    effect: str
    input_schema: dict[str, Any]
    listed: bool


class FoundTools(TypedDict, total=False):
    """Tools that fit a search, best first."""

    tools: list[FoundTool]


@tool("Find tools", core=True)
async def find_tools(
    context: Context,
    query: Annotated[str, Field(max_length=200), "what to do, in words"],
    limit: Annotated[Integer, Ge(1), Le(20), "default 5"] | None = None,
) -> Item[FoundTools]:
    """Search all tools of this server by words; more exist than are listed. Those of effect `read` run
    through `call_read_tool`, all others through `call_write_tool`."""
    doing = asks_to_do(query)
    catalogue = {name: tool for name, tool in context.tools.items() if tool.toolset != "core"}
    ranked = rank(query, {name: _texts(tool, doing) for name, tool in catalogue.items()})
    entries = [_entry(context.tools[name], context) for name, _ in ranked[: limit or 5]]
    return Item(FoundTools(tools=entries), long="tools")


def _texts(tool: Tool, doing: bool) -> list[tuple[str, float]]:
    factor = (_DAILY if tool.core else 1.0) * (1.0 if doing is (tool.effect is Effect.READ) else _WANTED)
    texts = [
        (tool.name, 3.0),
        (tool.title, 3.0),
        (tool.keywords, 2.5),
        (tool.toolset, 1.5),
        (tool.description, 1.0),
    ]
    return [(text, weight * factor) for text, weight in texts]


def _entry(tool: Tool, context: Context) -> FoundTool:
    if tool.name in context.listed:
        # Its description and schema are before the model already.
        return FoundTool(name=tool.name, effect=tool.effect.value, listed=True)
    return FoundTool(
        name=tool.name,
        description=tool.description,
        effect=tool.effect.value,
        input_schema=tool.input_schema_for(context.confirming),
    )


@tool("Run a found read tool", core=True, open_world=True)
async def call_read_tool(
    context: Context, name: ToolName, arguments: ToolArguments | None = None
) -> CatalogueCall[dict[str, Any]]:
    """Run a tool that only reads, by the name and schema that `find_tools` gave. Writes are refused."""
    return CatalogueCall(name, arguments or {}, writes=False)


@tool(
    "Run a found write tool",
    effect=Effect.CONSEQUENTIAL,
    core=True,
    open_world=True,
    destructive=True,
)
async def call_write_tool(
    context: Context,
    name: ToolName,
    arguments: ToolArguments | None = None,
    change_id: ChangeId | None = None,
    confirmation_token: TokenText | None = None,
) -> CatalogueCall[dict[str, Any]]:
    """Run a tool that changes something, by the name and schema that `find_tools` gave. It is previewed and
    confirmed as if called directly. Reads are refused."""
    confirmation = {CHANGE: change_id, TOKEN: confirmation_token}
    own = {name: value for name, value in confirmation.items() if value}
    return CatalogueCall(name, {**(arguments or {}), **own}, writes=True)


TOOLS = (find_tools, call_read_tool, call_write_tool)
