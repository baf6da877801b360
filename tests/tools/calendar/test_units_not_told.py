"""A room type of whose days Hostex tells nothing."""

from datetime import date

from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.domain.grid import Columns
from hostex_mcp.reads.calendars import SoldListing
from hostex_mcp.tools.calendar._grid_reads import CalendarCell, CalendarRow
from hostex_mcp.tools.calendar._grid_rows import property_row
from hostex_mcp.tools.calendar._grid_text import brief_row, usual_of

START = date(2026, 6, 15)


def test_a_room_type_of_which_no_day_is_known_has_a_row_without_units() -> None:
    place = Property.model_validate({"id": 1, "title": "Loft", "channels": []})
    row = CalendarRow(CalendarCell(place, START, START), "Loft", START, ".", [], [], [])
    row.listings = [(SoldListing("airbnb", "1", "EUR", (1, 2), True), Columns([], [], [], [], []))]
    made = property_row(row)
    assert "units" not in brief_row(usual_of([made]), made)
