"""Whether a stay can come earlier, leave later or last longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, TypedDict

from annotated_types import Ge, Le
from pydantic import Field

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
from hostex_mcp.reads.lists import PartialReads
from hostex_mcp.reads.portfolio import Portfolio, portfolio
from hostex_mcp.reads.records import tasks_between
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.arguments import Code, Day, FieldProblem, InvalidArguments, Number
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, JsonObject, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights._wording import cleaning_row, closure_text, failed, stay_row

_AROUND, _MOST_EXTRA, _FARTHEST = timedelta(days=30), 30, 90
_DEFINITION = (
    "earliest and latest leave cleaning_hours behind the previous guest's check-out and before the next "
    "check-in; agreed times count before the property's; prices are nightly ones of the stay's own listing"
)
ClockText = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), "HH:MM"]


class ShiftRow(TypedDict, total=False):
    """An earlier check-in or later check-out: `possible`, `blocked` or `unknown`; the time it is limited to;
    the guest on that side with the time of leaving or coming; the cleaning between."""

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
    """Other dates: free nights on either side, and for the dates asked for the verdict, what is in the way,
    and the price of the added nights."""

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
    """What a stay may become."""

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
class _Case:
    """A stay with what was read about its property, and the time there."""

    stay: Reservation
    place: Property
    found: Calendars
    tasks: Sequence[Task]
    now: datetime

    @property
    def known(self) -> TurnoverData:
        """What is known of the turnovers on either side of the stay."""
        return turnover_data([self.place], self.found.stays, self.tasks)[self.place.id]

    @property
    def book(self) -> Nights:
        """The nights of the stay's property."""
        return self.found.books.get(self.place.id, Nights({}))


@tool(
    "Check stay extension",
    keywords="early check-in late check-out extend longer extra night possible request guest asks",
)
async def check_stay_extension(
    context: Context,
    stay_code: Code,
    check_in_date: Annotated[Day, "wanted instead"] | None = None,
    check_out_date: Annotated[Day, "wanted instead"] | None = None,
    arrival_time: ClockText | None = None,
    departure_time: ClockText | None = None,
    cleaning_hours: Annotated[Number, Ge(0), Le(24), "default 3"] = 3,
) -> Item[StayExtension]:
    """Whether a guest can check in earlier, check out later or stay longer: possible or blocked, by which
    stay or block, with its times, the cleaning between, how many nights are free on either side, and the
    price of added nights. Without wanted dates and times it says what would be possible. Nothing changes."""
    stay = await find_stay(context, stay_code)
    _require(stay, check_in_date, check_out_date)
    meant = await portfolio(context, [stay.property_id])
    come, go = check_in_date or stay.check_in_date, check_out_date or stay.check_out_date
    _require_ahead(stay, come, go, meant.first_today())
    start, end = min(come, stay.check_in_date) - _AROUND, max(go, stay.check_out_date) + _AROUND
    found = await read_nights(context, meant, start, end)
    own = (stay.channel_type, stay.listing_id)
    await add_listings(context, meant, found, start, end, lambda one: one.key == own)
    parts = PartialReads(found.failures, found.notes)
    tasks = await parts.rows("tasks", tasks_between(context, meant, start, end, "cleaning"))
    now = context.now().astimezone(meant.zone(stay.property_id)).replace(tzinfo=None)
    case = _Case(stay, meant.properties[0], found, tasks or [], now)
    cleaning = timedelta(hours=cleaning_hours)
    answer = {
        **_named(meant, stay),
        "early_check_in": _early(case, cleaning, _clock(arrival_time)) if _to_come(stay, meant) else None,
        "late_check_out": _late(case, cleaning, _clock(departure_time)),
        "longer_stay": _longer(case, come, go),
        "notes": [_DEFINITION, *found.notes],
        "failed": failed(found.failures),
    }
    return Item(lean(answer))


def _require(stay: Reservation, check_in: date | None, check_out: date | None) -> None:
    if not holds(stay):
        state = stay.status if stay.property_id else "not in a property"
        raise InvalidArguments(FieldProblem("stay_code", f"this stay is {state}"))
    come, go = check_in or stay.check_in_date, check_out or stay.check_out_date
    if go <= come:
        raise InvalidArguments(FieldProblem("check_out_date", "has to be later than the check-in"))
    if come < stay.check_in_date - timedelta(days=_FARTHEST):
        raise InvalidArguments(
            FieldProblem("check_in_date", f"is more than {_FARTHEST} days before the stay")
        )
    if go > stay.check_out_date + timedelta(days=_FARTHEST):
        raise InvalidArguments(
            FieldProblem("check_out_date", f"is more than {_FARTHEST} days behind the stay")
        )


def _require_ahead(stay: Reservation, come: date, go: date, today: date) -> None:
    """Refuse a stay that is over, and wanted dates that are over at its property."""
    if stay.check_out_date < today:
        raise InvalidArguments(FieldProblem("stay_code", f"is of a stay that ended on {stay.check_out_date}"))
    if come != stay.check_in_date and come < today:
        raise InvalidArguments(FieldProblem("check_in_date", f"is in the past; there it is {today} already"))
    if go < today:
        raise InvalidArguments(FieldProblem("check_out_date", f"is in the past; there it is {today} already"))


def _to_come(stay: Reservation, meant: Portfolio) -> bool:
    """Whether the day of check-in is not over yet."""
    return stay.check_in_date >= meant.first_today()


def _named(meant: Portfolio, stay: Reservation) -> JsonObject:
    return {
        "stay_code": stay.stay_code,
        "guest_name": guest(stay),
        **meant.named(stay.property_id),
        "check_in_date": stay.check_in_date.isoformat(),
        "check_out_date": stay.check_out_date.isoformat(),
    }


def _early(case: _Case, cleaning: timedelta, wanted: time | None) -> JsonObject:
    usual, day = in_time(case.stay, case.place), case.stay.check_in_date
    planned = early_check_in(case.stay, case.found.stays, case.book, case.place, cleaning, wanted)
    got = not_past(planned, day, case.now, usual, wanted)
    task = cleaning_before(case.stay, case.known).task if got.neighbour else None
    sides = {"previous": _side(got), "out_time": _text(got.neighbour_time), "earliest": _text(got.limit)}
    return _shift(got, usual, sides, task)


def _late(case: _Case, cleaning: timedelta, wanted: time | None) -> JsonObject:
    planned = late_check_out(case.stay, case.found.stays, case.book, case.place, cleaning, wanted)
    got = still_ahead(planned, case.stay.check_out_date, case.now, wanted)
    sides = {"next": _side(got), "in_time": _text(got.neighbour_time), "latest": _text(got.limit)}
    following, known = got.neighbour, case.known
    cleaned = cleaning_before(following, known) if following else cleaning_after(case.stay, known)
    return _shift(got, out_time(case.stay, case.place), sides, cleaned.task)


def _shift(got: Shift, usual: time | None, sides: JsonObject, task: Task | None) -> JsonObject:
    row = {
        "verdict": got.verdict,
        "usual": _text(usual),
        **sides,
        "blocked_by": closure_text(got.block) if got.block else None,
        "cleaning": cleaning_row(task) if task else None,
    }
    return lean(row)


def _side(got: Shift) -> JsonObject | None:
    return stay_row(got.neighbour) if got.neighbour else None


def _longer(case: _Case, come: date, go: date) -> JsonObject:
    ahead = max((case.stay.check_in_date - case.now.date()).days, 0)
    row: dict[str, Any] = {
        "free_nights_before": free_before(case.stay, case.book, min(ahead, _MOST_EXTRA)),
        "free_nights_after": free_behind(case.stay, case.book, _MOST_EXTRA),
    }
    if (come, go) == (case.stay.check_in_date, case.stay.check_out_date):
        return row
    got = extension(case.stay, case.book, come, go)
    asked = {
        "check_in_date": come.isoformat(),
        "check_out_date": go.isoformat(),
        "verdict": got.verdict,
        "added_nights": len(got.added),
        "blocked_by": list(map(closure_text, got.closures)),
    }
    return {**row, **lean(asked), **_price(case, got.added)}


def _price(case: _Case, added: Sequence[date]) -> JsonObject:
    """What the stay's own listing asks for the added nights, where it tells all of them."""
    for listing, days in case.found.selling(case.stay.property_id):
        if added and all(night in days for night in added):
            currency = listing.currency or ""
            total = sum((exact(days[night].price) for night in added), exact(0))
            return lean({"price": rounded(total, currency), "currency": currency})
    return {}


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _text(clock: time | None) -> str | None:
    return f"{clock:%H:%M}" if clock else None
