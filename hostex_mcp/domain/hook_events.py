"""What is read of an event that Hostex calls about: its name, when it was, and the ids of what it is about.

Nothing else of a call is believed: what an answer says of the thing itself is read again from the API.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

KEPT = timedelta(days=30)
MOST_EVENTS = 5_000
"""How many events of an account are kept; of more, the newest."""

TIMED_EVENTS = (
    "reservation_created",
    "message_created",
    "review_created",
    "transaction_created",
    "transaction_updated",
)
"""The events whose time the API tells as well. They say that it is time to look, and are not kept."""

USED_EVENTS = (
    "reservation_updated",
    "property_availability_updated",
    "listing_calendar_updated",
    "review_updated",
    "transaction_deleted",
    *TIMED_EVENTS,
)
"""The events that Hostex is asked to call about."""

_IDS: Mapping[str, tuple[str, ...]] = {
    "reservation_created": ("reservation_code", "stay_code"),
    "reservation_updated": ("reservation_code", "stay_code", "sub_event"),
    "property_availability_updated": ("property_id",),
    "listing_calendar_updated": ("channel_type", "listing_id", "start_date", "end_date"),
    "message_created": ("conversation_id", "message_id"),
    "review_created": ("reservation_code",),
    "review_updated": ("reservation_code",),
    "transaction_created": ("transaction_id",),
    "transaction_updated": ("transaction_id",),
    "transaction_deleted": ("transaction_id",),
}
_DAYS = ("start_date", "end_date")
_SUB_EVENTS = (
    "arrival_and_departure_time_updated",
    "rates_updated",
    "lock_code_updated",
    "lock_code_deleted",
    "check_in_details_updated",
)
_NAME = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_ID = re.compile(r"[\x21-\x7e]{1,100}")
_MOST_DAYS = 1_200


@dataclass(frozen=True, slots=True)
class HookEvent:
    """An event: its name, when Hostex says it was, and ids by their names."""

    name: str
    at: datetime
    ids: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class HookLog:
    """The events of an account in a period. They are complete from `since` on, None where Hostex calls about
    nothing; `lost` says that they cannot be read right now."""

    events: Sequence[HookEvent] = ()
    since: datetime | None = None
    lost: bool = False


def event_of(message: Mapping[str, Any], now: datetime) -> HookEvent | None:
    """Return what is kept of a call's message; None if it is none. Of an event with an unknown name that is
    its name. A time that cannot be is the present one."""
    name = message.get("event")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    ids = {key: text for key in _IDS.get(name, ()) if (text := _text(key, message.get(key)))}
    if name == "property_availability_updated":
        ids |= _days(message.get("availabilities"))
    return HookEvent(name, _time(message.get("timestamp"), now), ids)


def _text(key: str, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    if key in _DAYS:
        return text if _day(text) else None
    if key == "sub_event":
        # It is told as it stands, so a word that nobody knows is left out.
        return text if text in _SUB_EVENTS else None
    return text if _ID.fullmatch(text) else None


def _days(value: object) -> dict[str, str]:
    """Return the first and the last of the days that changed: they say what to read again."""
    rows = cast("list[Any]", value)[:_MOST_DAYS] if isinstance(value, list) else []
    dates = [cast("dict[str, Any]", row).get("date") for row in rows if isinstance(row, dict)]
    days = sorted(day for text in dates if isinstance(text, str) and (day := _day(text)))
    return {"start_date": f"{days[0]}", "end_date": f"{days[-1]}"} if days else {}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _time(value: object, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else now
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return now
    return min(moment, now)
