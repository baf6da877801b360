"""Whether a stay can come earlier, leave later or last longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le
from pydantic import Field

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints.properties import Property
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.feasibility import (
    Shift,
    early_check_in,
    extension,
    free_before,
    free_behind,
    late_check_out,
    not_past,
    still_ahead,
)
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import exact, rounded
from hostex_mcp.domain.nights import Nights, holds
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import (
    TurnoverData,
    cleaning_after,
    cleaning_before,
    in_time,
    out_time,
    turnover_data,
)
from hostex_mcp.reads.calendars import Calendars, add_listings, read_nights
from hostex_mcp.reads.lists import PartialReads, failure_rows
from hostex_mcp.reads.portfolio import read_portfolio
from hostex_mcp.reads.records import tasks_between
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.arguments import Code, Day, InvalidArguments, Number
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import cleaning_row, clock_text, closure_text, stay_row

# The guests before and after may be weeks away.
_AROUND, _MOST_EXTRA, _FARTHEST = timedelta(days=30), 30, 90
_DEFINITION = (
    "earliest and latest leave cleaning_hours after the previous guest's check-out and before the next "
    "check-in; agreed times take precedence over the property's; prices are the nightly prices of the stay's "
    "own listing"
)
ClockText = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), "HH:MM"]


class ShiftRow(TypedDict, total=False):
    """An earlier check-in or later check-out: `possible`, `blocked` or `unknown`; the earliest or latest
    time; the guest on that side with the time of leaving or coming; the cleaning between."""

    verdict: str
    usual: str
    earliest: str
    latest: str
    previous: dict[str, Any]
    next: dict[str, Any]
    out_time: str
    in_time: str
    blocked_by: str
    cleaning: dict[str, Any]


class LongerRow(TypedDict, total=False):
    """Other dates: free nights on either side, and for other dates the verdict, what blocks them, and the
    price of the added nights."""

    free_nights_before: int
    free_nights_after: int
    check_in_date: str
    check_out_date: str
    verdict: str
    added_nights: int
    blocked_by: list[str]
    price: float
    currency: str


class StayExtension(TypedDict, total=False):
    """How a stay can be extended."""

    stay_code: str
    guest_name: str
    property_id: int
    property: str
    check_in_date: str
    check_out_date: str
    early_check_in: ShiftRow
    late_check_out: ShiftRow
    longer_stay: LongerRow
    notes: list[str]
    failed: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _StayCase:
    """A stay with what was read about its property, and the time there."""

    stay: Reservation
    place: Property
    calendars: Calendars
    tasks: Sequence[Task]
    now: datetime
    cleaning: timedelta

    @property
    def known(self) -> TurnoverData:
        """Return what is known of the turnovers on either side of the stay."""
        return turnover_data([self.place], self.calendars.stays, self.tasks)[self.place.id]

    @property
    def book(self) -> Nights:
        """Return the nights of the stay's property."""
        return self.calendars.books.get(self.place.id, Nights({}))


@tool(
    "Check stay extension",
    keywords="early check-in late check-out extend longer extra night possible request guest asks",
)
async def check_stay_extension(
    context: Context,
    stay_code: Code,
    check_in_date: Annotated[Day, "the new one"] | None = None,
    check_out_date: Annotated[Day, "the new one"] | None = None,
    arrival_time: ClockText | None = None,
    departure_time: ClockText | None = None,
    cleaning_hours: Annotated[Number, Ge(0), Le(24), "default 3"] = 3,
) -> Item[StayExtension]:
    """Whether a guest can check in earlier, check out later or stay longer: possible or blocked, by which
    stay or block, with its times, the cleaning between, how many nights are free on either side, and the
    price of added nights. Without new dates and times it says what would be possible. Nothing changes."""
    stay = await find_stay(context, stay_code)
    come, go = check_in_date or stay.check_in_date, check_out_date or stay.check_out_date
    _require(stay, come, go)
    portfolio = await read_portfolio(context, [stay.property_id])
    _require_ahead(stay, come, go, portfolio.first_today())
    start, end = min(come, stay.check_in_date) - _AROUND, max(go, stay.check_out_date) + _AROUND
    calendars = await read_nights(context, portfolio, start, end)
    # A guest pays the price of the listing that was booked.
    own = (stay.channel_type, stay.listing_id)
    await add_listings(context, portfolio, calendars, start, end, lambda listing: listing.key == own)
    parts = PartialReads(calendars.failures, calendars.notes)
    tasks = await parts.rows("tasks", tasks_between(context, portfolio, start, end, "cleaning"))
    # Times of stays and properties are local ones without a zone.
    now = context.now().astimezone(portfolio.zone(stay.property_id)).replace(tzinfo=None)
    cleaning = timedelta(hours=cleaning_hours)
    case = _StayCase(stay, portfolio.properties[0], calendars, tasks or [], now, cleaning)
    to_come = stay.check_in_date >= portfolio.first_today()
    answer = {
        "stay_code": stay.stay_code,
        "guest_name": guest(stay),
        **portfolio.named(stay.property_id),
        "check_in_date": f"{stay.check_in_date}",
        "check_out_date": f"{stay.check_out_date}",
        "early_check_in": _early(case, _clock(arrival_time)) if to_come else None,
        "late_check_out": _late(case, _clock(departure_time)),
        "longer_stay": _longer(case, come, go),
        "notes": [_DEFINITION, *calendars.notes],
        "failed": failure_rows(calendars.failures),
    }
    return Item(lean(answer))


def _require(stay: Reservation, come: date, go: date) -> None:
    if not holds(stay):
        state = one_line(stay.status) if stay.property_id else "not in a property"
        raise InvalidArguments(FieldProblem("stay_code", f"this stay is {state}"))
    if go <= come:
        raise InvalidArguments(FieldProblem("check_out_date", "must be later than the check-in"))
    if come < stay.check_in_date - timedelta(days=_FARTHEST):
        raise InvalidArguments(
            FieldProblem("check_in_date", f"is more than {_FARTHEST} days before the stay")
        )
    if go > stay.check_out_date + timedelta(days=_FARTHEST):
        raise InvalidArguments(
            FieldProblem("check_out_date", f"is more than {_FARTHEST} days after the stay")
        )


def _require_ahead(stay: Reservation, come: date, go: date, today: date) -> None:
    """Refuse a stay that is over, and new dates that are over at its property."""
    if stay.check_out_date < today:
        raise InvalidArguments(FieldProblem("stay_code", f"this stay ended on {stay.check_out_date}"))
    problem = f"is in the past; the date at the property is {today}"
    if come != stay.check_in_date and come < today:
        raise InvalidArguments(FieldProblem("check_in_date", problem))
    if go < today:
        raise InvalidArguments(FieldProblem("check_out_date", problem))


def _early(case: _StayCase, arrival: time | None) -> JsonObject:
    stay, place = case.stay, case.place
    usual = in_time(stay, place)
    planned = early_check_in(stay, case.calendars.stays, case.book, place, case.cleaning, arrival)
    shift = not_past(planned, stay.check_in_date, case.now, usual, arrival)
    task = cleaning_before(stay, case.known).task if shift.neighbour else None
    times = {"out_time": clock_text(shift.neighbour_time), "earliest": clock_text(shift.limit)}
    return _shift(shift, usual, {"previous": _neighbour(shift), **times}, task)


def _late(case: _StayCase, departure: time | None) -> JsonObject:
    stay, place, known = case.stay, case.place, case.known
    planned = late_check_out(stay, case.calendars.stays, case.book, place, case.cleaning, departure)
    shift = still_ahead(planned, stay.check_out_date, case.now, departure)
    cleaned = cleaning_before(shift.neighbour, known) if shift.neighbour else cleaning_after(stay, known)
    times = {"in_time": clock_text(shift.neighbour_time), "latest": clock_text(shift.limit)}
    return _shift(shift, out_time(stay, place), {"next": _neighbour(shift), **times}, cleaned.task)


def _shift(shift: Shift, usual: time | None, sides: JsonObject, task: Task | None) -> JsonObject:
    row = {
        "verdict": shift.verdict,
        "usual": clock_text(usual),
        **sides,
        "blocked_by": closure_text(shift.block) if shift.block else None,
        "cleaning": cleaning_row(task) if task else None,
    }
    return lean(row)


def _neighbour(shift: Shift) -> JsonObject | None:
    return stay_row(shift.neighbour) if shift.neighbour else None


def _longer(case: _StayCase, come: date, go: date) -> JsonObject:
    # Nights that are over cannot be added, however free they were.
    ahead = max((case.stay.check_in_date - case.now.date()).days, 0)
    row: dict[str, Any] = {
        "free_nights_before": free_before(case.stay, case.book, min(ahead, _MOST_EXTRA)),
        "free_nights_after": free_behind(case.stay, case.book, _MOST_EXTRA),
    }
    if (come, go) == (case.stay.check_in_date, case.stay.check_out_date):
        return row
    longer = extension(case.stay, case.book, come, go)
    dates = {
        "check_in_date": f"{come}",
        "check_out_date": f"{go}",
        "verdict": longer.verdict,
        "added_nights": len(longer.added),
        "blocked_by": list(map(closure_text, longer.closures)),
    }
    return {**row, **lean(dates), **_price(case, longer.added)}


def _price(case: _StayCase, added: Sequence[date]) -> JsonObject:
    """Return what the stay's own listing asks for the added nights, where it has prices for all of them."""
    for listing, days in case.calendars.selling(case.stay.property_id):
        if added and all(night in days for night in added):
            currency = listing.currency or ""
            total = sum((exact(days[night].price) for night in added), exact(0))
            return lean({"price": rounded(total, currency), "currency": currency})
    return {}


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
