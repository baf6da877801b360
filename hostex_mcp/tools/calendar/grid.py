"""The calendar of several properties, for a model and for a view."""

from typing import Annotated

from annotated_types import Ge, Le

from hostex_mcp.api import paced
from hostex_mcp.toolkit.arguments import Day, Integer, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, PageRequest
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.calendar._grid_columns import GridRow, grid_row
from hostex_mcp.tools.calendar._grid_reads import LONGEST, read_calendar_page

Days = Annotated[Integer, Ge(1), Le(LONGEST), "instead of end_date (default 31)"]


@tool("Read the calendar's grid")
async def read_calendar(
    context: Context,
    page: PageRequest,
    start_date: Day | None = None,
    end_date: Day | None = None,
    days: Days | None = None,
    property_ids: PropertyIds | None = None,
) -> ListPage[GridRow]:
    """The calendar of several properties as a grid that a view draws: of each property the nights as letters,
    the stays as bars, and what each listing asks as spans of days."""
    read = await read_calendar_page(context, page, start_date, end_date, days, property_ids)
    read.page.items = await paced(grid_row, read.rows)
    return read.page
