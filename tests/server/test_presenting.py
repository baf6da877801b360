"""A person reads a moment as it is written."""

import pytest

from hostex_mcp.server.presenting import present


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-12-01", "Tue 1 Dec 2026"),
        ("2026-12-01 00:00:00", "Tue 1 Dec 2026"),
        ("2026-12-01T10:05:00", "Tue 1 Dec 2026, 10:05"),
        ("2026-12-01T10:05:09", "Tue 1 Dec 2026, 10:05:09"),
        ("2026-12-01T08:00:00Z", "Tue 1 Dec 2026, 08:00 UTC"),
        # By the operator's clock it may be another day.
        ("2026-12-01T23:30:00-10:00", "Tue 1 Dec 2026, 23:30 UTC-10:00"),
        ("2026-12-01T00:00:00+14:00", "Tue 1 Dec 2026, 00:00 UTC+14:00"),
    ],
)
def test_a_moment_is_shown_with_its_seconds_and_its_offset(written: str, read: str) -> None:
    shown = present({"changes": [{"what": "action_at", "after": written}]})
    assert shown["changes"] == [{"what": "date", "after": read}]
