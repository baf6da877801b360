"""What was read for one connection serves no other, and is not used after a change by any replica."""

from typing import Any

import pytest

from hostex_mcp.domain.hook_events import HookEvent
from tests.http.linked import World, ask, tenants_of

pytestmark = pytest.mark.anyio

STUDIO, TOOL = 20110002, "get_turnover_plan"


@pytest.fixture
def database_url(sqlite_url: Any) -> Any:
    """The store has tests in both kinds of database."""
    return sqlite_url


def is_kept(answer: dict[str, Any]) -> bool:
    return any(note.startswith("As of ") for note in answer["notes"])


async def test_a_reading_serves_its_own_connection_and_ends_with_a_change_of_any_replica_or_a_call_of_hostex(
    hostex: World,
) -> None:
    changes = hostex.store.changes
    here, there = (tenants_of(hostex, changes=changes, confirm="off") for _ in range(2))
    mine, yours = await hostex.token_grant(), await hostex.token_grant()
    assert not is_kept(await ask(here, mine, TOOL))
    hostex.clock.advance(seconds=5)
    assert is_kept(await ask(here, mine, TOOL))
    assert not is_kept(await ask(here, yours, TOOL))
    made = await ask(
        there, mine, "create_task", type="cleaning", property_id=STUDIO, expected_date="2026-12-01"
    )
    assert made["status"] == "done", made
    assert not is_kept(await ask(here, mine, TOOL))
    assert is_kept(await ask(here, yours, TOOL))
    hook = await hostex.store.hooks.add(yours.grant_id)
    assert hook is not None
    hostex.clock.advance(seconds=1)
    for number, name in enumerate(("message_created", "reservation_updated")):
        await hostex.store.hooks.receive(hook, "secret", f"{number}", HookEvent(name, hostex.clock()))
        assert is_kept(await ask(here, yours, TOOL)) == (name == "message_created")
