"""The tools behind the buttons of views: apps call them for a person, models never."""

from typing import Annotated, Any, TypedDict

from pydantic import Field

from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ChangeId, Item
from hostex_mcp.toolkit.schema import SentAsText
from hostex_mcp.toolkit.tool import Effect, tool

ToolName = Annotated[str, Field(max_length=64), "of a tool that changes something"]
ToolArguments = Annotated[dict[str, Any], SentAsText(), "of that tool: a JSON object"]
CardSecret = Annotated[str, Field(max_length=200), "from beside the result that the card belongs to"]
Seen = Annotated[str, Field(max_length=200), "`seen` of the change as the card shows it"]


class ShownChange(TypedDict, total=False):
    """A change in the words in which a card shows it, with what came of it and the call that takes it back.
    Without a change there would be nothing to do, as the notes say."""

    change: dict[str, Any]
    notes: list[str]


@tool("Propose a change", audience="app")
async def prepare_change(context: Context, tool: ToolName, arguments: ToolArguments) -> Item[ShownChange]:
    """Work a change out and have it wait for the person's decision on its card. Nothing is changed yet."""
    return Item(await context.cards.propose(tool, arguments))


@tool("Show a change", audience="app")
async def read_change(context: Context, change_id: ChangeId, secret: CardSecret) -> Item[ShownChange]:
    """A change as it stands now, for its card."""
    return Item(await context.cards.read(change_id, secret))


@tool("Decide on a change", audience="app", effect=Effect.CONSEQUENTIAL, open_world=True, destructive=True)
async def decide_change(
    context: Context,
    change_id: ChangeId,
    secret: CardSecret,
    approve: bool,
    seen: Seen,
    text: Annotated[str, "of a draft, as the person edited it"] | None = None,
) -> Item[ShownChange]:
    """Make a change that the person approved on its card, at once and as they saw it; or decline it."""
    return Item(await context.cards.decide(change_id, secret, approve, seen, text))


TOOLS = (prepare_change, read_change, decide_change)
