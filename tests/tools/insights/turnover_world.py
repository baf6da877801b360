"""Accounts of two properties in different zones with any stays, cleanings and requests."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as some

from hostex_mcp.sandbox.state import Row, SandboxAccount

LISBON, CHICAGO = 20110001, 20110010
FIRST = date(2026, 4, 20)

GAPS = some.sampled_from([0, 0, 1, 2, 5, 16, 33])
STAYS = some.lists(some.tuples(GAPS, some.integers(1, 9)), min_size=1, max_size=7)
CLEANINGS = some.lists(
    some.fixed_dictionaries(
        {
            "property_id": some.sampled_from([LISBON, CHICAGO]),
            "named": some.one_of(some.none(), some.integers(0, 9)),
            "ahead": some.integers(-40, 9),
            "expected_time": some.sampled_from([None, "00:00:00", "09:00:00", "12:00:00", "23:59:00"]),
            "status": some.sampled_from(["pending", "in_progress", "completed", "cancelled"]),
            "staff_id": some.sampled_from([None, 1]),
        }
    ),
    max_size=14,
)


def filled(
    account: SandboxAccount, today: date, spans: dict[int, Sequence[tuple[int, int]]], works: Sequence[Row]
) -> None:
    """Put stays of so many nights after so many empty ones, and cleanings some days from today, into an
    account that has nothing else."""
    pattern = next(deepcopy(stay) for stay in account.stays.values() if stay["status"] == "accepted")
    staff = next(iter(account.staff))
    account.properties = {key: account.properties[key] for key in spans}
    account.stays, account.tasks, account.blocks = {}, {}, {}
    account.conversations, account.reviews = {}, {}
    for home, lengths in spans.items():
        day = FIRST
        for number, (gap, nights) in enumerate(lengths):
            come, day = day + timedelta(gap), day + timedelta(gap + nights)
            put(account, pattern, f"s{home}-{number}", home, come, day)
    codes: list[str] = sorted(account.stays)
    for number, work in enumerate(works):
        place: int | None = work["named"]
        named = None if place is None else codes[place % len(codes)]
        account.tasks[number + 1] = {
            "id": number + 1,
            "type": "cleaning",
            "status": work["status"],
            "property_id": work["property_id"],
            "stay_code": named,
            "staff_id": staff if work["staff_id"] else None,
            "expected_date": str(today + timedelta(work["ahead"])),
            "expected_time": work["expected_time"],
            "level": "standard",
            "currency": "EUR",
            "fee": 0,
            "note": "",
            "create_time": None,
            "update_time": None,
        }


def put(
    account: SandboxAccount, pattern: Row, code: str, home: int, come: date, go: date, **more: Any
) -> None:
    """One stay."""
    account.stays[code] = deepcopy(pattern) | {
        "stay_code": code,
        "reservation_code": code,
        "channel_id": code,
        "property_id": home,
        "check_in_date": str(come),
        "check_out_date": str(go),
        "conversation_id": None,
        "guest_name": f"Guest {code}",
        **more,
    }
