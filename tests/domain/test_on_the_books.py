from datetime import UTC, date, datetime, time

import pytest

from hostex_mcp.domain.on_the_books import on_the_books
from tests.domain.stay_samples import stay

EARLIER = datetime(2026, 6, 8, 12, tzinfo=UTC)


def midnight(day: date, property_id: int) -> datetime:
    return datetime.combine(day, time(), UTC)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


@pytest.mark.parametrize(
    ("status", "check_in", "booked", "stored", "cancelled", "on_them"),
    [
        ("accepted", "2026-07-01", "2026-06-08T12:00", "2026-06-09T09:00", None, True),
        ("accepted", "2026-07-01", "2026-06-08T12:01", "2026-05-01T09:00", None, False),
        ("accepted", "2026-07-01", None, "2026-06-09T09:00", None, False),
        ("accepted", "2026-07-01", None, "2026-06-01T09:00", None, True),
        ("accepted", "2026-07-01", None, None, None, True),
        # Entered after the guest had come, so booked when the day of check-in began.
        ("accepted", "2026-06-08", "2026-06-12T09:00", "2026-06-12T09:00", None, True),
        ("accepted", "2026-06-09", "2026-06-12T09:00", "2026-06-12T09:00", None, False),
        ("cancelled", "2026-07-01", "2026-05-01T09:00", None, "2026-06-08T12:01", True),
        ("cancelled", "2026-07-01", "2026-05-01T09:00", None, "2026-06-08T12:00", False),
        ("cancelled", "2026-07-01", "2026-05-01T09:00", None, None, False),
        ("cancelled", "2026-07-01", "2026-06-09T09:00", None, "2026-06-10T09:00", False),
        ("wait_accept", "2026-07-01", "2026-05-01T09:00", None, None, False),
        ("denied", "2026-07-01", "2026-05-01T09:00", None, "2026-06-10T09:00", False),
    ],
)
def test_a_stay_is_on_the_books_from_booking_to_cancellation(
    status: str,
    check_in: str,
    booked: str | None,
    stored: str | None,
    cancelled: str | None,
    on_them: bool,
) -> None:
    times = {"booked_at": booked, "created_at": stored, "cancelled_at": cancelled}
    sample = stay("a", check_in, 2, status=status).model_copy(
        update={name: text and moment(text) for name, text in times.items()}
    )
    books = [on_the_books(sample, EARLIER, midnight)]
    assert [found.status for found in books if found] == ["accepted"] * on_them
