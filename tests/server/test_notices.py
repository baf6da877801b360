"""Notices of waiting changes: together, not in quiet hours, without guests' data or addresses of apps."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hostex_mcp.server.notices import Addresses, WaitingChange, notice, quiet_until
from hostex_mcp.settings import QuietHours
from tests.support.clock import Clock
from tests.support.phone import WHERE, Phone, always, settled

pytestmark = pytest.mark.anyio

LISBON, NIGHT = ZoneInfo("Europe/Lisbon"), QuietHours(time(22), time(7))


async def test_a_waiting_change_is_told_at_once_with_where_to_decide() -> None:
    phone = Phone(Clock())
    phone.notices().tell("c1", WaitingChange("Update listing prices", "Claude"), always)
    await settled()
    assert [(title, text) for _, title, text in phone.arrived] == [
        (
            "Hostex: a change waits for you",
            "Claude asks: Update listing prices\nNothing happens until you decide. "
            "Open https://mcp.example.com/changes to decide.",
        )
    ]


async def test_changes_asked_for_in_a_row_come_in_two_notices_a_minute_apart() -> None:
    phone = Phone(Clock())
    notices, started = phone.notices(), phone.clock.now
    notices.tell("c0", WaitingChange("Send message", "Claude"), always)
    await settled()
    for number in range(1, 8):
        notices.tell(f"c{number}", WaitingChange(f"Change {number}", "Claude"), always)
    await settled()
    assert [moment - started for moment, _, _ in phone.arrived] == [timedelta(0), timedelta(minutes=1)]
    _, title, text = phone.arrived[1]
    assert title == "Hostex: 7 changes wait for you"
    assert [f"Change {number}" in text for number in range(1, 8)] == [True] * 5 + [False] * 2
    assert "and 2 more" in text


async def test_what_no_service_took_is_sent_three_times_a_minute_apart_and_what_one_took_once() -> None:
    phone = Phone(Clock())
    phone.reached = False
    notices, started = phone.notices(), phone.clock.now
    notices.tell("c1", WaitingChange("Send message", "Claude"), always)
    await settled()
    assert [moment - started for moment, _, _ in phone.arrived] == [timedelta(minutes=n) for n in range(3)]
    phone.reached = True
    notices.tell("c1", WaitingChange("Send message", "Claude"), always)
    notices.tell("c2", WaitingChange("Set prices", "Claude"), always)
    await settled()
    assert [text.count("asks") for _, _, text in phone.arrived] == [1] * 4
    assert "Set prices" in phone.arrived[-1][2]


async def test_what_was_decided_before_its_notice_is_not_told() -> None:
    phone = Phone(Clock(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)))
    notices = phone.notices(quiet=NIGHT, zone=LISBON)
    notices.tell("c1", WaitingChange("Send message", "Claude"), always)
    notices.forget("c1")
    await settled()
    assert phone.arrived == []


async def test_quiet_hours_hold_a_notice_until_they_are_over_in_the_time_zone_of_the_host() -> None:
    phone = Phone(Clock(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)))  # 23:30 in Lisbon
    phone.notices(quiet=NIGHT, zone=LISBON).tell("c1", WaitingChange("Send message", "Claude"), always)
    await settled()
    assert [moment for moment, _, _ in phone.arrived] == [datetime(2026, 7, 2, 6, tzinfo=UTC)]  # 7:00 there


@pytest.mark.parametrize(
    ("quiet", "moment", "told"),
    [
        (NIGHT, datetime(2026, 1, 5, 21, 59, tzinfo=UTC), datetime(2026, 1, 5, 21, 59, tzinfo=UTC)),
        (NIGHT, datetime(2026, 1, 5, 22, 0, tzinfo=UTC), datetime(2026, 1, 6, 7, 0, tzinfo=UTC)),
        (NIGHT, datetime(2026, 1, 5, 6, 59, tzinfo=UTC), datetime(2026, 1, 5, 7, 0, tzinfo=UTC)),
        (NIGHT, datetime(2026, 1, 5, 7, 0, tzinfo=UTC), datetime(2026, 1, 5, 7, 0, tzinfo=UTC)),
        # Clocks go forward at 1:00 on 29 March and back at 2:00 on 25 October.
        (NIGHT, datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
        (NIGHT, datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        (
            QuietHours(time(13), time(15)),
            datetime(2026, 1, 5, 14, tzinfo=UTC),
            datetime(2026, 1, 5, 15, tzinfo=UTC),
        ),
        (
            QuietHours(time(13), time(15)),
            datetime(2026, 1, 5, 15, tzinfo=UTC),
            datetime(2026, 1, 5, 15, tzinfo=UTC),
        ),
    ],
)
def test_quiet_hours_pass_midnight_and_changes_of_the_clock(
    quiet: QuietHours, moment: datetime, told: datetime
) -> None:
    assert quiet_until(quiet, moment, LISBON) == told


@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example/ok",
        "evil.example",
        "Call +1@evil",
        "\n",
        "",
        "support@evil.example",
        "a:b",
        "evil。com",
        "evil\u2024com",
        "<!channel>",
        "&lt;!here&gt;",
        "<b",
        "[click](x)",
        "*Hostex*",
    ],
)
def test_an_app_that_calls_itself_an_address_or_markup_is_not_named(name: str) -> None:
    _, text = notice([WaitingChange("Send message", name)], WHERE)
    assert text.splitlines()[0] == "An app asks: Send message"


def test_the_name_of_an_app_stays_on_one_short_line() -> None:
    _, text = notice([WaitingChange("Send message", "Cl\nau\u202ede" + "x" * 500)], WHERE)
    first, second = text.splitlines()
    assert len(first) < 100
    assert "\u202e" not in first
    assert second.startswith("Nothing happens until you decide.")


def test_an_address_that_no_service_takes_is_known_by_its_place() -> None:
    assert Addresses(["ntfy://topic", "nonsense://x", "tgram://"]).unreadable == [2, 3]
