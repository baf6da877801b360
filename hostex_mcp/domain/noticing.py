"""What was changed in an account between two looks at it: stays that were edited, nights that were closed or
opened, prices, and channel accounts. Hostex says of none of them when."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from hostex_mcp.api.endpoints.calendar import CalendarDay
from hostex_mcp.api.endpoints.properties import ChannelAccount
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.days import DAY, Run, runs
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.nights import Nights
from hostex_mcp.domain.wording import quoted

NoticedKind = Literal["edit", "calendar", "channel"]

MOVED = "property_id"
"""What a change is called whose sides are ids of properties."""

NIGHTS = "nights"
"""How the name of a change begins that closed or opened nights."""

_CANCELLED = "cancelled"
_UNLISTED = "not listed any more"
_OPEN, _CLOSED = "open", "closed"

ListingDay = tuple[float | None, int]
"""What a listing asks for a night, and its shortest stay."""


class Change(BaseModel):
    """One thing that is different: what it is called, how it was, and how it is."""

    name: str
    before: str
    after: str


class Noticed(BaseModel):
    """Something that happened after one look and by another: to a stay, the calendar of a property, or a
    channel account, with its code or id. `more` counts changes that are left out."""

    kind: NoticedKind
    subject: str
    property_id: int
    changes: list[Change]
    more: int = 0
    after: datetime
    by: datetime

    @property
    def name(self) -> str:
        """What is the same for all who notice this from the same look."""
        changes = (f"{change.name}={change.after}" for change in self.changes)
        return f"{self.after.isoformat()} {self.kind} {self.subject} {' '.join(changes)}"


class SeenStay(BaseModel):
    """What may be edited of a stay."""

    property_id: int
    check_in: date
    check_out: date
    guests: int | None
    status: str
    amount: float | None
    currency: str | None


class SeenStays(BaseModel):
    """The stays of a property that end between two days, both included."""

    first: date
    last: date
    stays: dict[str, SeenStay]


class SeenCalendar(BaseModel):
    """Some days of a property from `first` on: those that are closed without a stay, with the remarks, and
    the days of its listings, None where a listing's could not be read."""

    first: date
    days: int
    closed: dict[date, str]
    listings: dict[str, list[ListingDay | None]]


class SeenAccounts(BaseModel):
    """The state of each channel account, by its id, and what it is called."""

    states: dict[str, tuple[str, str]]


def seen_stay(stay: Reservation) -> SeenStay:
    """Return what may be edited of a stay."""
    price = stay.rates.rate if stay.rates else None
    return SeenStay(
        property_id=stay.property_id,
        check_in=stay.check_in_date,
        check_out=stay.check_out_date,
        guests=stay.number_of_guests,
        status=stay.status,
        amount=price.amount if price else None,
        currency=price.currency if price else None,
    )


def edits(before: SeenStay, after: SeenStay | None) -> list[Change]:
    """Return how a stay differs, None for one that Hostex does not list any more. That it was cancelled is
    told by its own time."""
    if after is None:
        return [Change(name="stay", before=before.status, after=_UNLISTED)]
    pairs = {
        MOVED: (before.property_id, after.property_id),
        "check_in_date": (before.check_in, after.check_in),
        "check_out_date": (before.check_out, after.check_out),
        "guests": (before.guests, after.guests),
        "amount": (_money(before), _money(after)),
        "status": (before.status, before.status if after.status == _CANCELLED else after.status),
    }
    return [
        Change(name=name, before=f"{old}", after=f"{new}")
        for name, (old, new) in pairs.items()
        if old != new and None not in (old, new)
    ]


def _money(stay: SeenStay) -> str | None:
    return None if stay.amount is None else f"{stay.amount:.15g} {stay.currency or ''}".rstrip()


def closed_days(book: Nights, first: date, days: int) -> dict[date, str]:
    """Return the nights that are closed without a stay, with the remarks of the calendar."""
    nights = ((first + DAY * step, book.calendar.get(first + DAY * step)) for step in range(days))
    return {
        night: day.remarks
        for night, day in nights
        if day is not None and not day.available and night not in book.holders
    }


def listing_row(days: Mapping[date, CalendarDay], first: date, count: int) -> list[ListingDay | None]:
    """Return the price and the shortest stay of each of some days."""
    entries = (days.get(first + DAY * step) for step in range(count))
    return [None if day is None else (day.price, _shortest(day)) for day in entries]


def _shortest(day: CalendarDay) -> int:
    rules = day.restrictions
    return max(rules.min_stay_on_arrival or 0, rules.min_stay_through or 0) if rules else 0


def calendar_changes(before: SeenCalendar, after: SeenCalendar) -> Iterator[Change]:
    """Yield what differs on the days of both looks, days that changed alike together."""
    first = max(before.first, after.first)
    last = min(before.first + DAY * before.days, after.first + DAY * after.days) - DAY
    shared = {night for seen in (before, after) for night in seen.closed if first <= night <= last}
    closed = [night for night in shared if night not in before.closed]
    opened = [night for night in shared if night not in after.closed]
    yield from _nights(closed, _OPEN, _CLOSED, after.closed)
    yield from _nights(opened, _CLOSED, _OPEN, before.closed)
    for listing in before.listings.keys() & after.listings.keys():
        yield from _of_listing(listing, _days(before, listing), _days(after, listing))


def _nights(nights: Iterable[date], before: str, after: str, remarks: Mapping[date, str]) -> Iterator[Change]:
    for run in runs(nights, lambda night: night, remarks.__getitem__):
        remark = f" ({quoted(one_line(run.state))})" if run.state else ""
        closed = remark if after == _CLOSED else ""
        opened = remark if before == _CLOSED else ""
        yield Change(name=f"{NIGHTS} {_period(run)}", before=before + opened, after=after + closed)


def _days(seen: SeenCalendar, listing: str) -> dict[date, ListingDay]:
    days = enumerate(seen.listings[listing])
    return {seen.first + DAY * place: day for place, day in days if day is not None}


def _of_listing(
    listing: str,
    before: Mapping[date, ListingDay],
    after: Mapping[date, ListingDay],
) -> Iterator[Change]:
    for place, name in enumerate(("price", "min stay")):
        pairs = [(day, before[day][place], after[day][place]) for day in sorted(before.keys() & after.keys())]
        changed = [
            (day, old, new) for day, old, new in pairs if old != new and old is not None and new is not None
        ]
        for run in runs(changed, lambda entry: entry[0], lambda entry: entry[1:]):
            old, new = run.state
            yield Change(name=f"{listing} {name} {_period(run)}", before=f"{old:.15g}", after=f"{new:.15g}")


def _period(run: Run[Any]) -> str:
    return f"{run.start_date}" if run.days == 1 else f"{run.start_date} to {run.end_date}"


def seen_accounts(accounts: Iterable[ChannelAccount]) -> SeenAccounts:
    """Return the state of each channel account."""
    return SeenAccounts(
        states={
            f"{account.id}": (
                f"{account.channel_type} {account.username or ''}".rstrip(),
                account.auth_status or "",
            )
            for account in accounts
            if account.id is not None
        }
    )


def account_changes(before: SeenAccounts, after: SeenAccounts) -> Iterator[tuple[str, Change]]:
    """Yield the channel accounts that were lost, came back or are new, by their id."""
    for key in before.states.keys() | after.states.keys():
        name, old = before.states.get(key, ("", "not connected"))
        title, new = after.states.get(key, (name, _UNLISTED))
        if old != new:
            yield key, Change(name=title, before=old, after=new)
