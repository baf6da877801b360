"""Which tool carries which view, and the documents of the views as resources."""

from collections.abc import Mapping
from typing import Any

from mcp.types import ReadResourceResult, Resource, TextResourceContents

from hostex_mcp.server.apps.extension import MIME_TYPE, ShownViews
from hostex_mcp.toolkit.tool import Effect, Tool
from hostex_mcp.tools.catalogue import APP_TOOLS
from hostex_mcp.views.document import VIEWS, document

CHANGE_VIEW = "change"
_OF_TOOLS: Mapping[str, str] = {
    "get_daily_briefing": "day",
    "get_calendar": "calendar",
    "get_performance": "performance",
    "get_conversation": "thread",
    "list_guests_waiting": "thread",
}
_ABOUT: Mapping[str, str] = {
    "day": "The day as a board: arrivals, departures, turnovers, waiting guests, tasks.",
    "calendar": "Properties and days: stays, blocks, prices, minimum stays, gaps.",
    "performance": "Occupancy, rates and revenue by month, property and channel.",
    "thread": "A guest thread beside its stay, with the draft of an answer.",
    "change": "A change before it is made, to approve or decline.",
}
# Nothing is loaded from anywhere. Some hosts show only what says so in full.
_UI: Mapping[str, Any] = {
    "csp": {"connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []},
    "prefersBorder": True,
}


def view_of(tool: Tool) -> str | None:
    """Return the view that shows the answers of a tool; None for words only."""
    return CHANGE_VIEW if tool.effect is Effect.CONSEQUENTIAL else _OF_TOOLS.get(tool.name)


def tool_meta(tool: Tool, views: ShownViews, *, cards: bool) -> dict[str, Any] | None:
    """Return what the definition of a tool says of views to a client that shows them; without `cards` nobody
    decides on changes in them."""
    if tool.name in APP_TOOLS:
        only = {"ui": {"visibility": ["app"]}}
        return only | (
            {"openai/visibility": "private", "openai/widgetAccessible": True} if views.openai else {}
        )
    view = view_of(tool)
    if view is None or (view == CHANGE_VIEW and not cards):
        return None
    uri = _uri(view)
    meta: dict[str, Any] = {"ui": {"resourceUri": uri, "visibility": ["model", "app"]}, "ui/resourceUri": uri}
    return meta | ({"openai/outputTemplate": uri, "openai/widgetAccessible": True} if views.openai else {})


def view_resources() -> list[Resource]:
    """Return the documents of all views."""
    return [
        Resource(
            name=view,
            title=title,
            uri=_uri(view),
            description=_ABOUT[view],
            mime_type=MIME_TYPE,
            _meta={"ui": _UI},
        )
        for view, title in VIEWS.items()
    ]


def read_view(uri: str) -> ReadResourceResult | None:
    """Return the document at an address, None if none is there."""
    view = next((view for view in VIEWS if _uri(view) == uri), None)
    if view is None:
        return None
    contents = TextResourceContents(uri=uri, mime_type=MIME_TYPE, text=document(view), _meta={"ui": _UI})
    return ReadResourceResult(contents=[contents])


def _uri(view: str) -> str:
    return f"ui://hostex/{view}.html"
