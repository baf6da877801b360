"""Very many changes with very long texts do not hold up everybody else's requests."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.http.changing import connected
from tests.http.connecting import deployment
from tests.http.keeping import a_change
from tests.support.clock import NOW
from tests.support.piece import longest_piece
from tests.tools.hostile_writes import LONG

pytestmark = pytest.mark.anyio
LONGEST_PIECE = 0.05


async def test_pages_of_long_changes_do_not_hold_the_loop(tmp_path: Path) -> None:
    rows = [{"what": f"note {number}", "before": LONG, "after": LONG} for number in range(8)]
    preview = {"summary": LONG, "target": {"note": LONG}, "changes": rows, "warnings": [LONG[:2_000]]}
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        for number in range(45):
            moment = NOW + timedelta(minutes=10 if number < 30 else 0)
            change = a_change(grant.grant_id, id=f"c{number}", preview=preview, expires=moment)
            await person.deps.store.changes.add(change)
        await person.get("/changes")
        with longest_piece() as longest:
            several = await person.get("/changes")
            alone = await person.get("/changes/c1")
    assert longest.seconds < LONGEST_PIECE, longest.what
    assert (several.status_code, alone.status_code) == (200, 200)
    assert several.text.count('type="checkbox"') == 25
