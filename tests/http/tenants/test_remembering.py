"""What a server remembers of an account between calls: of whom, for whom, and until when."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.sandbox import WRITABLE
from tests.http.linked import World, ask, call, caller_of, choosing, tenants_of
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

LOFT = 20110001


@pytest.fixture
def database_url(sqlite_url: Any) -> Any:
    """What is asked of the database is tested with it."""
    return sqlite_url


async def things(world: World) -> int:
    return sum(count.things for count in await world.store.account_memory.counts())


def add_guest(world: World) -> str:
    """Have one more come with the next guest of the loft, and return the code of the stay."""
    today = f"{world.clock().date()}"
    stay = min(
        (
            stay
            for stay in world.sandbox.accounts.main.stays.values()
            if stay["property_id"] == LOFT and stay["check_in_date"] > today and stay["status"] == "accepted"
        ),
        key=lambda stay: stay["check_in_date"],
    )
    stay["number_of_guests"] += 1
    return stay["stay_code"]


async def test_an_edit_is_noticed_by_another_process_and_forgotten_with_the_connection(
    hostex: World, clock: Clock
) -> None:
    grant = await hostex.token_grant()
    await ask(tenants_of(hostex, memory="on"), grant, "get_activity")
    code = add_guest(hostex)
    clock.advance(hours=1)
    other = tenants_of(hostex.process(), memory="on")
    (row,) = (await ask(other, grant, "get_activity", kinds=["edit"]))["items"]
    assert row["stay_code"] == code
    assert await things(hostex) > 10
    await hostex.store.grants.end(grant.grant_id, "You disconnected it.")
    assert await things(hostex) == 0


async def test_what_one_connection_saw_is_no_other_ones(hostex: World, clock: Clock) -> None:
    everything, loft = (
        await hostex.token_grant(),
        await hostex.token_grant(choices=choosing(property_ids=(LOFT,))),
    )
    tenants = tenants_of(hostex, memory="on")
    await ask(tenants, everything, "get_activity")
    add_guest(hostex)
    clock.advance(hours=1)
    await ask(tenants, everything, "get_activity")
    since = (clock() - timedelta(days=2)).isoformat()
    answer = await ask(tenants, loft, "get_activity", kinds=["edit"], since=since)
    assert answer["items"] == []
    assert any("for the first time" in note for note in answer["notes"])


async def test_nothing_is_remembered_where_it_is_not_set_or_a_request_brings_its_own_token(
    hostex: World,
) -> None:
    grant = await hostex.token_grant()
    await ask(tenants_of(hostex), grant, "get_activity")
    caller = Caller("own", caller_of(grant).scopes, token=SecretStr(WRITABLE))
    engine = await tenants_of(hostex, memory="on").engine(caller, {})
    answer = await call(engine, "get_activity")
    assert any("HOSTEX_MCP_MEMORY" in note for note in answer["notes"])
    assert await things(hostex) == 0
