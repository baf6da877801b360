"""Changes that a person decides on or decided on."""

from typing import Any, TypedDict

from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.paging import moment_of, sliced
from hostex_mcp.toolkit.results import ListPage, PageRequest
from hostex_mcp.toolkit.tool import tool


class ListedChange(TypedDict, total=False):
    """A change that waits for a person or was decided on in the last week; `undo` is the call that takes it
    back, and `undone_by` the change that did."""

    change_id: str
    tool: str
    summary: str
    status: str
    asked_at: str
    asked_by: str
    expires_at: str
    decided_at: str
    decided_by: str
    undo: dict[str, Any]
    undone_by: str
    preview: dict[str, Any]
    outcome: dict[str, Any]


@tool(
    "List changes",
    keywords="pending waiting approval approve decline decided done history log today undo back last draft",
)
async def list_changes(context: Context, page: PageRequest) -> ListPage[ListedChange]:
    """Changes that wait for the user's decision, and those made or decided on in the last week with what
    came of them, newest first; each with the call that takes it back, where there is one. Full detail has
    previews and outcomes. Over stdio the list begins with the start of this server."""
    moment = moment_of(page, context.now())
    log = await context.changes(page.detail == "full")
    rows = [entry.row for entry in log.entries]
    return sliced(rows, page, log.notes, keys=[entry.key for entry in log.entries], moment=moment)
