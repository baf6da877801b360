"""What changes about a grant while it is in use holds from the next call."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from hostex_mcp.http.store.records import Credential
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.sandbox import SECOND, WRITABLE
from tests.http.keeping import BOTH, a_grant
from tests.http.linked import Gate, World, ask, call, caller_of, choosing, tenants_of
from tests.support.every_write import BOOKING

pytestmark = pytest.mark.anyio

LOFT, STUDIO = 20110001, 20110002
MESSAGE = {"conversation_id": "0-2200000900-inq001", "message": "Yes, there is a lift."}
SENDING = "POST /conversations/{conversation_id}"


@pytest.fixture
def confirming(hostex: World) -> Tenants:
    """The accounts of a server whose clients confirm by token."""
    return tenants_of(hostex, toolsets=("all",), confirm="token")


@pytest.mark.parametrize("first", [BOTH, ("hostex:read",)])
async def test_tokens_of_one_grant_do_what_their_own_scopes_allow(
    first: tuple[str, ...], hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.token_grant()
    await tenants.engine(caller_of(grant, scopes=first), {})
    writer = await tenants.engine(caller_of(grant), {})
    reader = await tenants.engine(caller_of(grant, scopes=("hostex:read",)), {})
    assert (await call(reader, "cancel_reservation", **BOOKING))["error"]["kind"] == "blocked"
    assert (await call(writer, "cancel_reservation", **BOOKING))["status"] == "waiting_for_person"


async def test_properties_that_are_chosen_anew_are_served_from_then_on(
    hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.token_grant(choices=choosing(property_ids=(LOFT,)))
    before = await ask(tenants, grant, "list_properties")
    after = await ask(tenants, replace(grant, choices=choosing(property_ids=(STUDIO,))), "list_properties")
    assert [item["id"] for item in before["items"]] == [LOFT]
    assert [item["id"] for item in after["items"]] == [STUDIO]


async def test_a_token_that_another_replica_has_replaced_is_not_used_any_more(
    hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.token_grant(WRITABLE)
    await ask(tenants, grant, "list_properties")
    fresh = Credential("token", SecretStr(SECOND))
    assert await hostex.store.grants.replace_credential(grant.grant_id, fresh, grant.link)
    await ask(tenants, await hostex.now_of(grant), "list_reservations")
    carried = [request.headers["hostex-access-token"] for request in hostex.wire.requests]
    assert carried[0] == WRITABLE
    assert carried[-1] == SECOND


async def under_way(
    hostex: World, confirming: Tenants, grant: Any
) -> tuple[Gate, asyncio.Task[dict[str, Any]]]:
    """A confirmed change that still reads what it needs to know, held there."""
    token = (await ask(confirming, grant, "send_message", **MESSAGE))["confirmation_token"]
    hostex.wire.before = gate = Gate(MESSAGE["conversation_id"])
    sending = asyncio.create_task(ask(confirming, grant, "send_message", **MESSAGE, confirmation_token=token))
    await gate.reached.wait()
    return gate, sending


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_a_change_that_is_under_way_when_its_grant_is_ended_is_not_sent(
    elsewhere: bool, hostex: World, confirming: Tenants
) -> None:
    grant = await hostex.token_grant()
    gate, sending = await under_way(hostex, confirming, grant)
    await (hostex.process() if elsewhere else hostex).linking.end(grant.grant_id, "disconnected")
    gate.opened.set()
    assert (await sending)["error"]["kind"] == "invalid_token"
    assert SENDING not in hostex.asked


@pytest.mark.parametrize("whose", ["the person's", "the owner's"])
@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_change_of_somebody_invited_that_is_under_way_when_a_grant_is_ended_is_not_sent(
    elsewhere: bool, whose: str, hostex: World, confirming: Tenants
) -> None:
    owner = await hostex.token_grant()
    person = a_grant(kind="invited", owner_id=owner.grant_id, status="active")
    await hostex.store.grants.add(person)
    gate, sending = await under_way(hostex, confirming, person)
    ended = person if whose == "the person's" else owner
    await (hostex.process() if elsewhere else hostex).linking.end(ended.grant_id, "disconnected")
    gate.opened.set()
    assert (await sending)["error"]["kind"] == "invalid_token"
    assert SENDING not in hostex.asked


async def test_a_change_that_is_under_way_while_its_grant_stays_is_sent(
    hostex: World, confirming: Tenants
) -> None:
    gate, sending = await under_way(hostex, confirming, await hostex.token_grant())
    gate.opened.set()
    assert (await sending)["status"] == "done"
    assert hostex.asked.count(SENDING) == 1


async def test_a_change_whose_grant_cannot_be_looked_up_is_not_sent_and_may_be_repeated(
    hostex: World, confirming: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(grant_id: str) -> None:
        raise OperationalError(grant_id, {}, Exception("gone"))

    grant = await hostex.token_grant()
    gate, sending = await under_way(hostex, confirming, grant)
    monkeypatch.setattr(hostex.store.grants, "credential", away)
    gate.opened.set()
    error = (await sending)["error"]
    assert (error["kind"], error["retryable"]) == ("blocked", True)
    assert SENDING not in hostex.asked
