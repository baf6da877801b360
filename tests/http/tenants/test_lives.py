"""What happens to an account between calls: its token changes or dies, and it is let go and comes back."""

import asyncio
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from hostex_mcp.http.keys.keyring import Unsealable
from hostex_mcp.http.store import Store
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.hostex_link import CONNECT_AGAIN
from hostex_mcp.http.tenants.maintenance import Upkeep
from hostex_mcp.http.tenants.tenants import Tenants
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.refusals import HttpRefusal
from hostex_mcp.sandbox import DEAD, LAPSED, READ_ONLY, SECOND, WRITABLE
from tests.http.keeping import connected
from tests.http.linked import TOKENS, Gate, World, ask, call, caller_of, choosing, tenants_of
from tests.http.tenants.test_maintenance import upkeep_of

pytestmark = pytest.mark.anyio

LOFT, STUDIO = 20110001, 20110002
HOOK = {"url": "https://hooks.example.com/x"}


@pytest.fixture
def database_url(sqlite_url: Any) -> Any:
    """All of this is decided in memory; one kind of database will do."""
    return sqlite_url


async def ended(hostex: World, grant: Grant) -> bool:
    return (await hostex.now_of(grant)).status == "ended"


async def test_the_same_caller_gets_the_same_engine_and_no_call_is_made(
    hostex: World, tenants: Tenants
) -> None:
    caller = caller_of(await hostex.token_grant())
    assert await tenants.engine(caller, {}) is await tenants.engine(caller, {})
    assert hostex.wire.requests == []


async def test_the_use_of_a_grant_is_noted_for_its_owner(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.token_grant()
    hostex.clock.advance(hours=5)
    used = hostex.clock()
    await tenants.engine(caller_of(grant), {})
    hostex.clock.advance(minutes=1)
    await upkeep_of(hostex).round()
    assert (await hostex.now_of(grant)).used_at == used


async def test_a_use_that_cannot_be_noted_keeps_nothing_else_from_being_done(
    hostex: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise OSError("disk full")

    pending = await hostex.token_grant(status="pending", created_at=hostex.clock())
    hostex.clock.advance(minutes=16)
    monkeypatch.setattr(hostex.store.grants, "write_uses", fail)
    await upkeep_of(hostex).round()
    assert await hostex.kept(pending) is None


async def test_a_call_that_shows_a_dead_token_ends_the_grant_and_says_what_to_do(
    hostex: World, tenants: Tenants, store: Store
) -> None:
    grant_id, pair = await connected(store, hostex.clock())
    grant = await store.grants.get(grant_id)
    assert grant is not None
    error = (await ask(tenants, grant, "list_properties"))["error"]
    assert (error["kind"], error["hint"]) == ("invalid_token", CONNECT_AGAIN)
    assert await store.tokens.access(pair.access_token) is None
    assert "Connect again" in ((await hostex.now_of(grant)).reason or "")


async def test_many_calls_that_find_a_token_dead_at_once_all_say_so(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.token_grant(DEAD)
    tools = ("list_properties", "list_staffs", "list_conversations", "list_custom_channels", "list_tags")
    answers = await asyncio.gather(*(ask(tenants, grant, tool) for tool in tools))
    assert [answer["error"]["hint"] for answer in answers] == [CONNECT_AGAIN] * 5
    assert await ended(hostex, grant)


async def test_a_host_who_withdrew_the_consent_is_noticed_at_the_next_call(
    hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.partner_grant()
    assert "items" in await ask(tenants, grant, "list_properties")
    pair = await hostex.kept(grant)
    assert pair is not None
    await hostex.upstream.revoke(pair)
    error = (await ask(tenants, grant, "list_properties"))["error"]
    assert (error["kind"], error["hint"]) == ("invalid_token", CONNECT_AGAIN)
    assert "withdrawn" in ((await hostex.now_of(grant)).reason or "")


async def test_a_read_whose_token_died_early_is_made_again_with_the_next_one(
    hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.partner_grant()
    pair = await hostex.kept(grant)
    assert pair is not None
    hostex.sandbox.oauth.revoke(pair.access_token.get_secret_value())
    assert "items" in await ask(tenants, grant, "list_properties")
    assert (await hostex.now_of(grant)).link == 2


async def test_a_write_is_not_sent_again_after_its_token_was_renewed(hostex: World) -> None:
    tenants = tenants_of(hostex, toolsets=("all",), confirm="off")
    grant = await hostex.partner_grant()
    live = await hostex.linking.live(grant)

    async def die_before_the_write(request: Any) -> None:
        if request.method == "POST" and request.url.path.endswith("/webhooks"):
            hostex.sandbox.oauth.revoke(live.token.get_secret_value())

    hostex.wire.before = die_before_the_write
    first = await ask(tenants, grant, "create_webhook", **HOOK)
    assert first["error"]["kind"] == "invalid_token"
    assert "make the call again" in first["error"]["hint"]
    assert first["error"]["retryable"]
    assert hostex.asked.count("POST /webhooks") == 1
    assert (await ask(tenants, grant, "create_webhook", **HOOK))["status"] == "done"


async def test_420_is_told_with_what_to_do_and_ends_nothing(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.token_grant(LAPSED)
    error = (await ask(tenants, grant, "list_properties"))["error"]
    assert error["kind"] == "subscription_lapsed"
    assert "renew" in error["hint"]
    assert "reconnect this server in your app" in error["hint"]
    assert not await ended(hostex, grant)


async def test_a_token_that_may_only_read_is_told_and_ends_nothing(hostex: World) -> None:
    tenants = tenants_of(hostex, toolsets=("all",), confirm="off")
    grant = await hostex.token_grant(READ_ONLY)
    error = (await ask(tenants, grant, "create_webhook", **HOOK))["error"]
    assert error["kind"] == "read_only_token"
    assert "reconnect this server in your app" in error["hint"]
    assert not await ended(hostex, grant)


async def test_a_token_of_a_request_that_is_dead_is_an_error_of_its_call(
    hostex: World, tenants: Tenants
) -> None:
    caller = Caller("token-1", token=SecretStr(DEAD))
    answer = await call(await tenants.engine(caller, {}), "list_properties")
    assert answer["error"]["kind"] == "invalid_token"


async def test_a_pair_is_renewed_by_the_call_that_needs_it(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.partner_grant()
    await ask(tenants, grant, "list_properties")
    hostex.clock.advance(days=30)
    assert "items" in await ask(tenants, grant, "list_properties")
    assert hostex.asked.count(TOKENS) == 2


async def test_listing_tools_needs_no_token(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=30)
    engine = await tenants.engine(caller_of(grant), {})
    assert engine.selection.listed
    assert hostex.asked == [TOKENS]


async def test_a_newer_link_than_the_one_in_memory_is_taken_from_the_store(
    hostex: World, tenants: Tenants
) -> None:
    grant = await hostex.partner_grant()
    await ask(tenants, grant, "list_properties")
    old = hostex.wire.requests[-1].headers["hostex-access-token"]
    hostex.clock.advance(days=6)
    await hostex.process().linking.live(grant)
    hostex.sandbox.oauth.revoke(old)
    await ask(tenants, await hostex.now_of(grant), "list_properties")
    assert hostex.wire.requests[-1].headers["hostex-access-token"] != old
    assert hostex.asked.count("GET /properties") == 2


async def test_connections_with_an_old_token_are_closed_once_idle(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.partner_grant()
    hostex.wire.before = gate = Gate("/properties")
    held = asyncio.create_task(ask(tenants, grant, "list_properties"))
    await gate.reached.wait()
    hostex.clock.advance(days=6)
    closed = hostex.wire.closed
    await ask(tenants, grant, "list_staffs")
    assert hostex.wire.closed == closed + 1, "the client that asked for the next pair, and no other"
    gate.opened.set()
    assert "items" in await held
    assert hostex.wire.closed == closed + 2


async def test_an_account_that_is_let_go_in_the_middle_of_a_call_finishes_it_first(hostex: World) -> None:
    tenants = tenants_of(hostex, most=1, toolsets=("all",))
    first, second = await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)
    hostex.wire.before = gate = Gate("/properties")
    held = asyncio.create_task(ask(tenants, first, "list_properties"))
    await gate.reached.wait()
    await ask(tenants, second, "list_staffs")
    assert hostex.wire.closed == 0
    gate.opened.set()
    assert "items" in await held
    assert hostex.wire.closed == 1


async def test_an_idle_account_that_is_let_go_is_closed_at_once(hostex: World) -> None:
    tenants = tenants_of(hostex, most=1, toolsets=("all",))
    await ask(tenants, await hostex.token_grant(WRITABLE), "list_properties")
    await ask(tenants, await hostex.token_grant(SECOND), "list_properties")
    assert hostex.wire.closed == 1


async def test_the_account_that_was_used_last_is_let_go_last(hostex: World) -> None:
    tenants = tenants_of(hostex, most=2)
    callers = [caller_of(await hostex.token_grant()) for _ in range(3)]
    first = await tenants.engine(callers[0], {})
    second = await tenants.engine(callers[1], {})
    await tenants.engine(callers[0], {})
    await tenants.engine(callers[2], {})
    assert await tenants.engine(callers[0], {}) is first
    assert await tenants.engine(callers[1], {}) is not second


async def test_accounts_that_have_not_called_for_a_minute_are_let_go_with_their_connections(
    hostex: World, tenants: Tenants
) -> None:
    idle, busy = await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)
    upkeep = Upkeep(hostex.store, hostex.linking, hostex.clock, let_idle_go=tenants.let_idle_go)
    for grant in (idle, busy):
        await ask(tenants, grant, "list_properties")
    hostex.clock.advance(seconds=50)
    kept = await tenants.engine(caller_of(busy), {})
    await upkeep.round()
    assert hostex.wire.closed == 0
    hostex.clock.advance(seconds=10)
    await upkeep.round()
    assert hostex.wire.closed == 1
    assert await tenants.engine(caller_of(busy), {}) is kept
    assert "items" in await ask(tenants, idle, "list_properties")


async def test_an_engine_of_an_account_that_was_let_go_still_works_and_keeps_nothing_open(
    hostex: World,
) -> None:
    tenants = tenants_of(hostex, most=1, toolsets=("all",))
    engine = await tenants.engine(caller_of(await hostex.token_grant()), {})
    await tenants.engine(caller_of(await hostex.token_grant()), {})
    for number in (1, 2):
        assert "items" in await call(engine, "list_properties")
        assert hostex.wire.closed == number


async def test_an_account_is_let_go_when_its_grant_ends(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.token_grant()
    before = await tenants.engine(caller_of(grant), {})
    await call(before, "list_properties")
    await hostex.linking.end(grant.grant_id, "You disconnected it.")
    assert hostex.wire.closed == 1
    assert await tenants.engine(caller_of(grant), {}) is not before
    assert (await ask(tenants, grant, "list_properties"))["error"]["kind"] == "invalid_token"


async def test_closing_lets_all_accounts_go(hostex: World, tenants: Tenants) -> None:
    for token in (WRITABLE, SECOND):
        await ask(tenants, await hostex.token_grant(token), "list_properties")
    await tenants.aclose()
    assert hostex.wire.closed == 2


async def test_views_of_an_account_are_bounded_in_number(hostex: World, tenants: Tenants) -> None:
    caller = caller_of(await hostex.token_grant())
    first = await tenants.engine(caller, {"toolsets": "tasks"})
    for toolset in ("calendar", "finance", "reviews", "messaging", "properties", "reservations"):
        for more in ("", ",tasks", ",webhooks"):
            await tenants.engine(caller, {"toolsets": toolset + more})
    assert await tenants.engine(caller, {"toolsets": "tasks"}) is not first


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ({"toolsets": "money"}, "'money' does not exist"),
        ({"toolsets": ""}, "at least one"),
        ({"toolsets": ",,"}, "at least one"),
        ({"read_only": "maybe"}, "1 or 0"),
        ({"readonly": "1"}, "not 'readonly'"),
        ({"property_ids": "7"}, "not 'property_ids'"),
    ],
)
async def test_what_an_address_cannot_ask_for_is_refused(
    hostex: World, tenants: Tenants, address: dict[str, str], says: str
) -> None:
    caller = caller_of(await hostex.token_grant())
    with pytest.raises(HttpRefusal, match=says) as caught:
        await tenants.engine(caller, address)
    assert caught.value.status == 400


async def test_only_the_properties_that_operator_and_host_both_chose_are_served(hostex: World) -> None:
    tenants = tenants_of(hostex, toolsets=("all",), property_ids=(LOFT, STUDIO))
    grant = await hostex.token_grant(choices=choosing(property_ids=(STUDIO, 20110003)))
    shown = await ask(tenants, grant, "list_properties")
    assert [item["id"] for item in shown["items"]] == [STUDIO]


async def test_where_they_chose_none_in_common_nothing_is_served_and_that_is_said(hostex: World) -> None:
    tenants = tenants_of(hostex, toolsets=("all",), property_ids=(LOFT,), confirm="off")
    grant = await hostex.token_grant(choices=choosing(property_ids=(STUDIO,)))
    for tool in ("list_properties", "list_staffs", "list_conversations"):
        error = (await ask(tenants, grant, tool))["error"]
        assert error["kind"] == "blocked"
        assert "none in common" in error["message"]
        assert "connect it in your app again" in error["hint"]
    assert hostex.asked == []


async def test_a_refusal_of_a_property_says_who_chose_them(hostex: World, tenants: Tenants) -> None:
    grant = await hostex.token_grant(choices=choosing(property_ids=(LOFT,)))
    error = (await ask(tenants, grant, "list_reservations", property_id=STUDIO))["error"]
    assert error["kind"] == "blocked"
    assert "connect it in your app again" in error["hint"]


@pytest.mark.parametrize(
    ("operator", "chosen", "shown"),
    [
        ("standard", "strict", "hidden"),
        ("strict", "standard", "hidden"),
        ("strict", "full", "hidden"),
        ("standard", "standard", "+1 202 555 0164"),
        ("full", "standard", "+1 202 555 0164"),
    ],
)
async def test_the_stricter_privacy_holds(hostex: World, operator: str, chosen: str, shown: str) -> None:
    tenants = tenants_of(hostex, toolsets=("all",), privacy=operator)
    grant = await hostex.token_grant(choices=choosing(privacy=chosen))
    code, thread = next(iter(hostex.sandbox.accounts.main.conversations.items()))
    thread["guest"]["phone"] = "+1 202 555 0164"
    answer = await ask(tenants, grant, "get_conversation", conversation_id=code)
    assert answer["guest"]["phone"] == shown


async def test_pictures_are_never_read_from_folders_of_the_server(hostex: World, tmp_path: Any) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "picture.png")
    tenants = tenants_of(hostex, toolsets=("all",), image_folders=(tmp_path,), confirm="off")
    grant = await hostex.token_grant()
    thread = next(iter(hostex.sandbox.accounts.main.conversations))
    path = str(tmp_path / "picture.png")
    answer = await ask(tenants, grant, "send_message", conversation_id=thread, image_path=path)
    assert answer["error"]["kind"] in ("blocked", "invalid_arguments")
    assert not [request for request in hostex.asked if request.startswith("POST /conversations")]


async def test_an_account_that_is_let_go_while_its_engine_is_made_is_served_nevertheless(
    hostex: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = tenants_of(hostex, most=1)
    first, second = await hostex.token_grant(WRITABLE), await hostex.token_grant(SECOND)
    await ask(tenants, first, "list_properties")
    closing, closed = asyncio.Event(), asyncio.Event()

    async def close() -> None:
        closing.set()
        await closed.wait()

    monkeypatch.setattr(hostex.wire, "aclose", close)
    asking = asyncio.create_task(ask(tenants, second, "list_properties"))
    await closing.wait()
    await tenants.forget(second.grant_id)
    closed.set()
    assert (await asking)["returned"] > 0


async def test_a_grant_whose_key_is_gone_says_so_when_hostex_refuses_its_token_too(
    hostex: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = tenants_of(hostex)
    grant = await hostex.token_grant()
    await ask(tenants, grant, "list_properties")

    async def sealed(grant_id: str) -> None:
        raise Unsealable

    monkeypatch.setattr(hostex.store.grants, "credential", sealed)
    hostex.sandbox.faults.add("envelope", operation="GET /tags", code=401)
    answer = await ask(tenants, grant, "list_tags")
    assert answer["error"]["kind"] == "invalid_token"
    assert "keys of this server have changed" in answer["error"]["hint"]
