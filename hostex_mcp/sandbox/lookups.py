"""Finding rows, and the checks and formats that several domains share."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from hostex_mcp.sandbox.envelope import broken_rule, not_found
from hostex_mcp.sandbox.state import ListingRates, Row, SandboxAccount

Key = TypeVar("Key", int, str)

YEAR = timedelta(days=365)


def find(rows: Mapping[Key, Row], key: Key, what: str) -> Row:
    """Return the row with an id or code, or refuse with 404."""
    if key not in rows:
        raise not_found(what)
    return rows[key]


def find_stay(account: SandboxAccount, stay_code: str) -> Row:
    """Return a stay by its stay code."""
    return find(account.stays, stay_code, "Reservation")


def stays_of(account: SandboxAccount, reservation_code: str) -> list[Row]:
    """Return every stay of a reservation, or refuse with 404."""
    stays = [stay for stay in account.stays.values() if stay["reservation_code"] == reservation_code]
    if not stays:
        raise not_found("Reservation")
    return stays


def reservation_code_of(account: SandboxAccount, code: str) -> str | None:
    """Resolve a reservation code or the code of one of its stays."""
    for stay in account.stays.values():
        if code in (stay["reservation_code"], stay["stay_code"]):
            return str(stay["reservation_code"])
    return None


def find_rates(account: SandboxAccount, channel_type: str, listing_id: str) -> ListingRates:
    """Return the calendar of a listing. Inferred: an unknown one is a 404."""
    rates = account.rates.get((channel_type, listing_id))
    if rates is None:
        raise not_found("Listing")
    return rates


def require_known(values: Iterable[object], known: Collection[object], label: str) -> None:
    """Refuse an id that is not among the known ones. Inferred: 422 in the validator's wording."""
    if any(value not in known for value in values):
        raise broken_rule(f"The selected {label} is invalid.")


def require_order(start: date, end: date) -> None:
    """Refuse a range that ends before it starts."""
    if end < start:
        raise broken_rule("The end date must be a date after or equal to start date.")


def require_within_three_years(end: date, today: date) -> None:
    """Refuse an end date too far ahead for the calendars."""
    if end > today + 3 * YEAR:
        raise broken_rule("The end date must be within three years.")


def days_between(start: date, end: date) -> list[date]:
    """Return every day from `start` to `end`, both included."""
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def named(entries: Iterable[Row], entry_id: int | None) -> str | None:
    """Return the name of a dictionary entry, None if there is no such entry."""
    return next((str(entry["name"]) for entry in entries if entry["id"] == entry_id), None)


def distinct(values: Iterable[int]) -> list[int]:
    """Return ids in their order without repetitions."""
    return list(dict.fromkeys(values))


def iso(moment: datetime) -> str:
    """Write a time the way reservations and threads do: UTC, numeric offset, whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def zulu(moment: datetime) -> str:
    """Write a time the way transactions and offers do: UTC with a Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
