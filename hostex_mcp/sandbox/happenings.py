"""What happened between two looks at an account, as the messages that webhooks are called with.

The messages are as documented: flat, with ids and a time only, one for each stay of a booking. Inferred:
which changes cause which, and that several changes at once cause one message each.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hostex_mcp.sandbox.calendar import holds_room, nights
from hostex_mcp.sandbox.operation import public
from hostex_mcp.sandbox.state import Row, SandboxAccount

_CALENDAR_DAYS = 1_095
ListingKey = tuple[str, str]


@dataclass(frozen=True)
class AccountState:
    """An account at one moment, as far as webhooks are called about it. Rows are text, as they change in
    place."""

    stays: dict[str, str]
    closed: dict[int, frozenset[date]]
    listings: dict[ListingKey, dict[date, str]]
    messages: dict[str, str]
    reviews: dict[str, str]
    transactions: dict[int, str]


def look_at(account: SandboxAccount) -> AccountState:
    """Return the account as it is now."""
    return AccountState(
        stays={code: _text(stay) for code, stay in account.stays.items()},
        closed=_closed(account),
        listings={key: _days(account, key) for key in account.rates},
        messages={
            message["id"]: name
            for name, thread in account.conversations.items()
            for message in thread["messages"]
        },
        reviews={code: _text(review) for code, review in account.reviews.items()},
        transactions={id: _text(entry) for id, entry in account.transactions.items()},
    )


def happened(before: AccountState, after: AccountState, now: datetime) -> list[Row]:
    """Return the messages about what is different."""
    found = [
        *_of_stays(before, after),
        *_of_days(before, after, now.date()),
        *_of_listings(before, after),
        *(
            {"event": "message_created", "conversation_id": name, "message_id": id}
            for id, name in after.messages.items()
            if id not in before.messages
        ),
        *_of_reviews(before, after),
        *_of_transactions(before, after),
    ]
    return [{**message, "timestamp": f"{now:%Y-%m-%dT%H:%M:%SZ}"} for message in found]


def _of_stays(before: AccountState, after: AccountState) -> Iterator[Row]:
    for code, text in after.stays.items():
        former = before.stays.get(code)
        if former == text:
            continue
        stay = json.loads(text)
        ids = {"reservation_code": stay["reservation_code"], "stay_code": code}
        if former is None:
            yield {"event": "reservation_created", **ids}
        else:
            sub_event = _sub_event(json.loads(former), stay)
            yield {"event": "reservation_updated", **ids, **({"sub_event": sub_event} if sub_event else {})}


def _sub_event(before: Row, after: Row) -> str | None:
    """Return the name of a change of one kind; others have none."""
    changed = {key for key in after if before.get(key) != after[key]}
    if changed <= {"rates", "payment", "additional_fees"}:
        return "rates_updated"
    if changed != {"check_in_details"}:
        return None
    was, now = before["check_in_details"], after["check_in_details"]
    details = {key for key in now if was.get(key) != now[key]}
    if details == {"lock_code"}:
        return "lock_code_updated" if now["lock_code"] else "lock_code_deleted"
    times = details <= {"arrival_at", "departure_at"}
    return "arrival_and_departure_time_updated" if times else "check_in_details_updated"


def _of_days(before: AccountState, after: AccountState, today: date) -> Iterator[Row]:
    last = today + timedelta(days=_CALENDAR_DAYS)
    for property_id, closed in after.closed.items():
        changed = sorted(
            day for day in closed ^ before.closed.get(property_id, closed) if today <= day <= last
        )
        if changed:
            days = [{"date": f"{day}", "available": day not in closed} for day in changed]
            yield {
                "event": "property_availability_updated",
                "property_id": property_id,
                "availabilities": days,
            }


def _of_listings(before: AccountState, after: AccountState) -> Iterator[Row]:
    for key, days in after.listings.items():
        former = before.listings.get(key, days)
        changed = sorted(day for day in days.keys() | former.keys() if days.get(day) != former.get(day))
        if changed:
            yield {
                "event": "listing_calendar_updated",
                "channel_type": key[0],
                "listing_id": key[1],
                "start_date": f"{changed[0]}",
                "end_date": f"{changed[-1]}",
            }


def _of_reviews(before: AccountState, after: AccountState) -> Iterator[Row]:
    for code, text in after.reviews.items():
        if before.reviews.get(code) != text:
            event = "review_updated" if code in before.reviews else "review_created"
            yield {"event": event, "reservation_code": json.loads(text)["reservation_code"]}


def _of_transactions(before: AccountState, after: AccountState) -> Iterator[Row]:
    for id, text in after.transactions.items():
        if before.transactions.get(id) != text:
            event = "transaction_updated" if id in before.transactions else "transaction_created"
            yield {"event": event, "transaction_id": id}
    for id in before.transactions.keys() - after.transactions.keys():
        yield {"event": "transaction_deleted", "transaction_id": id}


def _closed(account: SandboxAccount) -> dict[int, frozenset[date]]:
    closed = {id: set(account.blocks.get(id, {})) for id in account.properties}
    for stay in account.stays.values():
        if holds_room(stay) and stay["property_id"] in closed:
            closed[stay["property_id"]].update(nights(stay))
    return {id: frozenset(days) for id, days in closed.items()}


def _days(account: SandboxAccount, key: ListingKey) -> dict[date, str]:
    rates = account.rates[key]
    days = {*rates.prices, *rates.inventories, *rates.restrictions}
    return {
        day: json.dumps(
            [rates.prices.get(day), rates.inventories.get(day), rates.restrictions.get(day)], default=str
        )
        for day in days
    }


def _text(row: Row) -> str:
    return json.dumps(public(row), sort_keys=True, default=str)
