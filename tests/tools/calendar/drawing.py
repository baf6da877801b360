"""The grid that views draw, as they get it."""

from typing import Any

from hostex_mcp.server.answer import answer
from hostex_mcp.toolkit.results import ListPage, PageRequest
from hostex_mcp.tools.catalogue import APP_TOOLS
from tests.tools.insights.calendar_world import World

READ_CALENDAR = APP_TOOLS["read_calendar"]


async def grid(host: World, **arguments: Any) -> dict[str, Any]:
    """The structured answer for a view."""
    page = await READ_CALENDAR.function(host.engine.context, page=PageRequest(limit=100), **arguments)
    assert isinstance(page, ListPage)
    return answer(READ_CALENDAR, arguments, page)
