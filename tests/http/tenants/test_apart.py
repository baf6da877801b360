"""Accounts that are served at the same moment: nothing of one is ever seen by another."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from mcp import MCPError
from mcp.types import ReadResourceRequestParams
from pydantic import SecretStr

from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.sandbox import LAPSED, SECOND, WRITABLE
from hostex_mcp.server.changes.deciding import UnknownChange
from hostex_mcp.server.resources import read_resource
from tests.http.linked import Gate, World, ask, call, caller_of, choosing, tenants_of

pytestmark = pytest.mark.anyio

LOFT, STUDIO = 20110001, 20110002


@pytest.fixture
def database_url(sqlite_url: Any) -> Any:
    """What keeps accounts apart is in memory; one kind of database will do."""
    return sqlite_url


class Meeting:
    """Lets requests to one path on only when so many have come together."""

    def __init__(self, path: str, parties: int) -> None:
        self._path = path
        self._barrier = asyncio.Barrier(parties)

    async def __call__(self, request: httpx2.Request) -> None:
        if request.url.path == f"/v3{self._path}":
            await self._barrier.wait()


def ids(answer: dict[str, Any]) -> set[Any]:
    return {item["id"] for item in answer["items"]}


async def test_two_hosts_who_ask_the_same_at_once_get_their_own(hostex: World, tenants: Tenants) -> None:
    first, second = await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)
    hostex.wire.before = Meeting("/properties", 2)
    for _ in range(5):
        mine, yours = await asyncio.gather(
            ask(tenants, first, "list_properties"), ask(tenants, second, "list_properties")
        )
        assert ids(mine) == set(hostex.sandbox.accounts.main.properties)
        assert ids(yours) == set(hostex.sandbox.accounts.second.properties)


async def test_each_request_carries_the_token_of_its_own_account(hostex: World, tenants: Tenants) -> None:
    grants = [await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)]
    hostex.wire.before = Meeting("/properties", 2)
    await asyncio.gather(*(ask(tenants, grant, "list_properties") for grant in grants))
    carried = sorted(request.headers["hostex-access-token"] for request in hostex.wire.requests)
    assert carried == sorted([SECOND, WRITABLE])


async def test_one_hosts_identical_reads_are_one_request_and_two_hosts_are_two(
    hostex: World, tenants: Tenants
) -> None:
    grants = [await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)]
    # The first call of a minute also notes that the grant is used, which would hold it up.
    for grant in grants:
        await ask(tenants, grant, "list_properties")
    hostex.sandbox.log.clear()
    hostex.wire.before = Meeting("/properties", 2)
    await asyncio.gather(*(ask(tenants, grant, "list_properties") for grant in grants * 4))
    assert hostex.asked == ["GET /properties"] * 2


async def test_views_of_one_account_share_its_reads(hostex: World, tenants: Tenants) -> None:
    caller = caller_of(await hostex.token_grant())
    views = [{}, {"read_only": "1"}, {"toolsets": "properties"}]
    engines = [await tenants.engine(caller, view) for view in views]
    await asyncio.gather(*(call(engine, "list_properties") for engine in engines))
    assert hostex.asked == ["GET /properties"]


async def test_two_grants_of_one_host_share_nothing_either(hostex: World, tenants: Tenants) -> None:
    grants = [await hostex.token_grant(WRITABLE), await hostex.token_grant(WRITABLE)]
    hostex.wire.before = Meeting("/properties", 2)
    await asyncio.gather(*(ask(tenants, grant, "list_properties") for grant in grants))
    assert hostex.asked == ["GET /properties"] * 2


async def test_scopes_of_two_grants_that_look_things_up_at_once_stay_apart(
    hostex: World, tenants: Tenants
) -> None:
    loft = await hostex.token_grant(choices=choosing(property_ids=(LOFT,)))
    studio = await hostex.token_grant(choices=choosing(property_ids=(STUDIO,)))
    for _ in range(3):
        shown = await asyncio.gather(
            ask(tenants, loft, "list_properties"),
            ask(tenants, studio, "list_properties"),
            ask(tenants, loft, "list_conversations"),
            ask(tenants, studio, "list_conversations"),
        )
        assert (ids(shown[0]), ids(shown[1])) == ({LOFT}, {STUDIO})
        threads = [ids(answer) for answer in shown[2:]]
        assert threads[0]
        assert not threads[0] & threads[1]


async def test_a_call_that_is_given_up_takes_nothing_from_another_host(
    hostex: World, tenants: Tenants
) -> None:
    first, second = await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)
    gate = Gate("/properties")
    hostex.wire.before = gate
    given_up = asyncio.create_task(ask(tenants, first, "list_properties"))
    await gate.reached.wait()
    yours = asyncio.create_task(ask(tenants, second, "list_properties"))
    mine = asyncio.create_task(ask(tenants, first, "list_properties"))
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    gate.opened.set()
    assert ids(await yours) == set(hostex.sandbox.accounts.second.properties)
    assert ids(await mine) == set(hostex.sandbox.accounts.main.properties)


async def test_an_error_of_one_host_is_not_that_of_another(hostex: World, tenants: Tenants) -> None:
    lapsed, good = await hostex.token_grant(LAPSED), await hostex.token_grant(WRITABLE)
    hostex.wire.before = Meeting("/properties", 2)
    theirs, ours = await asyncio.gather(
        ask(tenants, lapsed, "list_properties"), ask(tenants, good, "list_properties")
    )
    assert theirs["error"]["kind"] == "subscription_lapsed"
    assert ids(ours) == set(hostex.sandbox.accounts.main.properties)


async def test_a_resource_of_another_host_is_like_one_that_never_was(hostex: World, tenants: Tenants) -> None:
    owner, stranger = await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)
    assert "Harbour Loft" in await resource(tenants, owner, f"hostex://properties/{LOFT}")
    refused: list[str] = []
    for number in (LOFT, 99999999):
        with pytest.raises(MCPError) as caught:
            await resource(tenants, stranger, f"hostex://properties/{number}")
        refused.append(str(caught.value).replace(str(number), "N"))
    assert refused[0] == refused[1]


async def resource(tenants: Tenants, grant: Grant, uri: str) -> str:
    """The text of a resource, read with a token of this grant."""
    engine = await tenants.engine(caller_of(grant), {})
    result = await read_resource(engine, ReadResourceRequestParams(uri=uri))
    return "".join(getattr(content, "text", "") for content in result.contents)


async def test_a_cursor_of_another_host_is_like_one_that_never_was(hostex: World, tenants: Tenants) -> None:
    first, second = await hostex.token_grant(WRITABLE), await hostex.token_grant(WRITABLE)
    cursor = (await ask(tenants, first, "list_properties", limit=2))["next_cursor"]
    foreign = await ask(tenants, second, "list_properties", cursor=cursor)
    nonsense = await ask(tenants, second, "list_properties", cursor="nonsense")
    assert foreign == nonsense
    assert foreign["error"]["kind"] == "invalid_arguments"
    assert (await ask(tenants, first, "list_properties", cursor=cursor))["returned"] > 0


async def test_a_change_of_another_host_is_like_one_that_never_was(hostex: World, tenants: Tenants) -> None:
    first, second = await hostex.token_grant(WRITABLE), await hostex.token_grant(WRITABLE)
    booking = {"reservation_code": cancellable(hostex)}
    asked = await ask(tenants, first, "cancel_reservation", **booking)
    assert asked["status"] == "waiting_for_person"
    ids = asked["change_id"], "nonsense"
    foreign, unknown = [
        await ask(tenants, second, "cancel_reservation", **booking, change_id=change_id) for change_id in ids
    ]
    assert foreign == unknown
    assert foreign["error"]["fields"][0]["field"] == "change_id"
    engine = await tenants.engine(caller_of(second), {})
    for change_id in ids:
        with pytest.raises(UnknownChange):
            await engine.decide(change_id, True, "Mallory")
    assert (await ask(tenants, second, "list_changes"))["items"] == []
    assert [row["change_id"] for row in (await ask(tenants, first, "list_changes"))["items"]] == [ids[0]]


async def test_a_confirmation_of_another_host_is_like_one_that_never_was(hostex: World) -> None:
    tenants = tenants_of(hostex, toolsets=("all",), confirm="token")
    first, second = await hostex.token_grant(WRITABLE), await hostex.token_grant(WRITABLE)
    booking = {"reservation_code": cancellable(hostex)}
    offer = await ask(tenants, first, "cancel_reservation", **booking)
    assert offer["status"] == "confirmation_required"
    confirmed = booking | {"confirmation_token": offer["confirmation_token"]}
    foreign = await ask(tenants, second, "cancel_reservation", **confirmed)
    nonsense = booking | {"confirmation_token": "nonsense"}
    unknown = await ask(tenants, second, "cancel_reservation", **nonsense)
    assert foreign["status"] == unknown["status"] == "confirmation_required"
    assert foreign["reason"] == unknown["reason"] == "unknown"
    assert (await ask(tenants, first, "cancel_reservation", **confirmed))["status"] == "done"


async def test_requests_that_bring_their_own_token_are_kept_apart_by_account(
    hostex: World, tenants: Tenants
) -> None:
    callers = [Caller(f"token-{token}", token=SecretStr(token)) for token in (WRITABLE, SECOND)]
    hostex.wire.before = Meeting("/properties", 2)
    engines = [await tenants.engine(caller, {}) for caller in callers]
    mine, yours = await asyncio.gather(*(call(engine, "list_properties") for engine in engines))
    assert ids(mine) == set(hostex.sandbox.accounts.main.properties)
    assert ids(yours) == set(hostex.sandbox.accounts.second.properties)


def cancellable(hostex: World) -> str:
    """A direct booking that lies ahead."""
    ahead = (hostex.clock().date() + timedelta(days=3)).isoformat()
    return next(
        stay["reservation_code"]
        for stay in hostex.sandbox.accounts.main.stays.values()
        if stay["channel_type"] == "hostex_direct"
        and stay["status"] == "accepted"
        and stay["check_in_date"] >= ahead
    )
