"""The calendar of several properties, for a model and for a view."""

from functools import partial
from typing import Annotated, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.api import paced
from hostex_mcp.toolkit.arguments import Day, Integer, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, PageRequest
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.calendar._grid_columns import GridRow, grid_row
from hostex_mcp.tools.calendar._grid_reads import LONGEST, read_calendar_page
from hostex_mcp.tools.calendar._grid_rows import property_row
from hostex_mcp.tools.calendar._grid_text import brief_row, calendar_text, usual_of
from hostex_mcp.tools.calendar._grid_usual import legend


class PropertyCalendar(TypedDict, total=False):
    """A property from `start_date` to `end_date`, with its `stays`, `blocks`, `prices`, `rules`, `units`,
    `gaps` and `conflicts`: texts, in full detail lists."""

    property_id: int
    property: str
    start_date: str
    end_date: str


Days = Annotated[Integer, Ge(1), Le(LONGEST), "instead of end_date (default 31)"]


@tool(
    "Get calendar with prices",
    core=True,
    keywords="multi-calendar overview grid timeline month january december free occupied booked vacancies",
    text=calendar_text,
)
async def get_calendar(
    context: Context,
    page: PageRequest,
    start_date: Day | None = None,
    end_date: Day | None = None,
    days: Days | None = None,
    property_ids: PropertyIds | None = None,
) -> ListPage[PropertyCalendar]:
    """The multi-calendar (default: from today): each property's stays (guest, channel, amount), blocks,
    prices per listing, minimum stays, days closed to arrival or departure, free nights that cannot be booked,
    and conflicts between calendars."""
    read = await read_calendar_page(context, page, start_date, end_date, days, property_ids)
    rows = await paced(property_row, read.rows)
    if page.detail == "brief":
        common = usual_of(rows)
        read.page.notes[:0] = legend(rows, common)
        rows = await paced(partial(brief_row, common), rows)
    read.page.items = rows
    return read.page


@tool("Show a calendar", audience="app", rights_of="get_calendar")
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
    read.page.items, read.page.whole = await paced(grid_row, read.rows), True
    return read.page
