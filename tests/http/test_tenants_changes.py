"""What changes about a grant while it is in use holds from the next call."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hostex_mcp.http.store.records import Credential
from hostex_mcp.http.tenants import Tenants
from hostex_mcp.sandbox import SECOND, WRITABLE
from tests.http.keeping import BOTH
from tests.http.linked import World, ask, call, caller_of, choosing

pytestmark = pytest.mark.anyio

LOFT, STUDIO = 20110001, 20110002
BOOKING = {"reservation_code": "5-DEMO30PAT"}


@pytest.mark.parametrize("first", [BOTH, ("hostex:read",)])
async def test_tokens_of_one_grant_do_what_their_own_scopes_allow(
    first: tuple[str, ...], hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.token_grant()
    await tenants.engine(caller_of(grant, scopes=first), {})
    writer = await tenants.engine(caller_of(grant), {})
    reader = await tenants.engine(caller_of(grant, scopes=("hostex:read",)), {})
    assert (await call(reader, "cancel_reservation", **BOOKING))["error"]["kind"] == "blocked"
    assert (await call(writer, "cancel_reservation", **BOOKING))["status"] == "confirmation_required"


async def test_properties_that_are_chosen_anew_are_served_from_then_on(
    hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.token_grant(choices=choosing(property_ids=(LOFT,)))
    before = await ask(tenants, grant, "list_properties")
    after = await ask(tenants, replace(grant, choices=choosing(property_ids=(STUDIO,))), "list_properties")
    assert [one["id"] for one in before["items"]] == [LOFT]
    assert [one["id"] for one in after["items"]] == [STUDIO]


async def test_a_token_that_another_replica_has_replaced_is_not_used_any_more(
    hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.token_grant(WRITABLE)
    await ask(tenants, grant, "list_properties")
    fresh = Credential("token", SecretStr(SECOND))
    assert await hostex.store.grants.replace_credential(grant.grant_id, fresh, grant.link)
    await ask(tenants, await hostex.now_of(grant), "list_reservations")
    carried = [one.headers["hostex-access-token"] for one in hostex.wire.requests]
    assert carried[0] == WRITABLE
    assert carried[-1] == SECOND
