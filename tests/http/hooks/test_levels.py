"""What is told of ten days on a server that remembers the account and that Hostex calls about it."""

import pytest

from benchmarks.activity import mornings
from benchmarks.called import called, tells_called, verdict_called
from tests.shipping.docs.markdown import read
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio

NEVER = {"task deleted"}
UNCALLED = {"task", "task changed", "channel account"}


def page() -> dict[str, str]:
    """What docs/activity.md says of each kind, with webhooks."""
    lines = read(ROOT / "docs" / "activity.md").splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    return {row[0]: row[4] for row in cells if len(row) == 5 and row[1].isdecimal()}


async def test_whatever_hostex_calls_about_is_told_at_once_and_everything_once() -> None:
    async with called() as life:
        looks = await mornings(life)
        happened = life.script.happened
        verdicts = {
            (happening.kind, happening.subject): verdict_called(happening, looks, life)
            for happening in happened
        }
    expected = {
        key: "never" if key[0] in NEVER else "the morning after" if key[0] in UNCALLED else "at once"
        for key in verdicts
    }
    assert verdicts == expected
    assert page() == {key[0]: word for key, word in verdicts.items()}
    assert {status for statuses in life.statuses.values() for status in statuses} == {200}
    rows = [row for _, rows in looks[1:] for row in rows]
    assert [row for row in rows if not any(tells_called(row, happening) for happening in happened)] == []
    counts = {
        happening: sum(tells_called(row, happening) for row in rows)
        for happening in happened
        if happening.kind not in NEVER
    }
    assert set(counts.values()) == {1}
    # Eight edits and five changes of calendars have their changes, and the time at which Hostex called.
    both = [row for row in rows if "changes" in row and "noticed" not in row]
    assert len(both) == 13
