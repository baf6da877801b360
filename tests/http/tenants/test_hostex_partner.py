"""Hostex as the server reaches it: the partner's calls, and clients that share nothing but certificates."""

import ssl
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import pytest
from pydantic import SecretStr

from hostex_mcp.api import HostexError, NotConfigured, RateLimited, UnexpectedResponse
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.http.store.records import Credential
from hostex_mcp.http.tenants.hostex_partner import PairRefused, Upstream
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.settings import Settings, SettingsError
from tests.http.linked import HOSTEX, REVOCATION, TOKENS, Gate, Wire
from tests.support.clock import Clock
from tests.support.hostex import body_of, envelope, script

pytestmark = pytest.mark.anyio

SECRET = SecretStr("sandbox-partner-secret")
OLD = Credential("partner", SecretStr("old-access"), SecretStr("old-refresh"))


class Partner:
    """The partner's side against a sandbox."""

    def __init__(self, clock: Clock, **changes: Any) -> None:
        self.clock = clock
        self.sandbox = Sandbox(now=clock)
        self.wire = Wire(self.sandbox)
        told: dict[str, Any] = {"client_id": "sandbox-partner", "client_secret": SECRET} | changes
        self.upstream = Upstream(HOSTEX, transport=self.wire, now=clock, **told)

    def code(self) -> str:
        return self.sandbox.oauth.issue_code(self.clock())

    async def works(self, token: SecretStr | None) -> bool:
        async with self.upstream.client(token) as client:
            try:
                await client.page(LIST_PROPERTIES, limit=1)
            except HostexError:
                return False
        return True


@pytest.fixture
def partner(clock: Clock) -> Partner:
    return Partner(clock)


def test_a_host_is_sent_to_hostex_with_client_return_address_and_state() -> None:
    upstream = Upstream(client_id="partner-7", client_secret=SECRET)
    url = upstream.authorize_url("st/te", "https://mcp.example.com/connect/return")
    assert url == (
        "https://hostex.io/app/authorization?client_id=partner-7"
        "&redirect_uri=https%3A%2F%2Fmcp.example.com%2Fconnect%2Freturn&state=st%2Fte"
    )


def test_an_authorization_page_with_a_query_keeps_it() -> None:
    upstream = Upstream(client_id="p", client_secret=SECRET, authorize_url="https://h.example/a?lang=en")
    assert upstream.authorize_url("s", "https://r.example").startswith(
        "https://h.example/a?lang=en&client_id=p&"
    )


@pytest.mark.parametrize("given", [{"client_id": "partner-7"}, {"client_secret": SECRET}])
def test_half_of_the_partner_credentials_stops_the_start(given: dict[str, Any]) -> None:
    with pytest.raises(
        SettingsError, match="HOSTEX_CLIENT_ID and HOSTEX_CLIENT_SECRET: set both, or neither"
    ):
        Upstream.of(Settings(**given))


def test_settings_say_whether_there_is_a_partner() -> None:
    assert Upstream.of(Settings(client_id="partner-7", client_secret=SECRET)).has_partner
    assert not Upstream.of(Settings()).has_partner


async def test_a_code_buys_a_pair_that_works_for_seven_days(partner: Partner) -> None:
    got = await partner.upstream.exchange(partner.code())
    assert got.expires_at == partner.clock() + timedelta(days=7)
    assert got.kind == "partner"
    assert await partner.works(got.access_token)


async def test_the_exchange_is_the_documented_json_and_carries_no_host_token() -> None:
    hostex = script(envelope({"access_token": "a", "refresh_token": "r", "expires_in": 60}))
    upstream = Upstream(
        HOSTEX, transport=httpx2.MockTransport(hostex), client_id="partner-7", client_secret=SECRET
    )
    await upstream.exchange("code-1")
    [request] = hostex.requests
    assert body_of(request) == {
        "client_id": "partner-7",
        "client_secret": "sandbox-partner-secret",
        "grant_type": "authorization_code",
        "code": "code-1",
    }
    assert "hostex-access-token" not in request.headers
    assert "authorization" not in request.headers


async def test_a_code_is_refused_the_second_time(partner: Partner) -> None:
    code = partner.code()
    await partner.upstream.exchange(code)
    with pytest.raises(HostexError):
        await partner.upstream.exchange(code)


async def test_a_refresh_gives_another_pair(partner: Partner) -> None:
    first = await partner.upstream.exchange(partner.code())
    partner.clock.advance(days=6)
    second = await partner.upstream.refresh(first)
    assert second.access_token != first.access_token
    assert second.expires_at == partner.clock() + timedelta(days=7)
    assert await partner.works(second.access_token)


async def test_a_refresh_token_that_was_used_is_refused_for_good(partner: Partner) -> None:
    first = await partner.upstream.exchange(partner.code())
    await partner.upstream.refresh(first)
    with pytest.raises(PairRefused):
        await partner.upstream.refresh(first)


async def test_a_wrong_secret_is_the_operators_mistake_and_no_refusal_of_the_host(clock: Clock) -> None:
    partner = Partner(clock, client_secret=SecretStr("rotated-meanwhile"))
    with pytest.raises(NotConfigured) as caught:
        await partner.upstream.refresh(OLD)
    assert "HOSTEX_CLIENT_SECRET" in (caught.value.hint or "")


async def test_401_for_a_refresh_is_the_hosts_refusal_where_the_partner_is_known(partner: Partner) -> None:
    partner.sandbox.faults.add("envelope", operation=TOKENS, code=401, message="Invalid refresh token.")
    with pytest.raises(PairRefused):
        await partner.upstream.refresh(OLD)


async def test_a_revocation_of_an_unknown_token_may_be_refused_where_the_partner_is_known(
    partner: Partner,
) -> None:
    partner.sandbox.faults.add("envelope", operation=TOKENS, code=401)
    partner.sandbox.faults.add("envelope", operation=REVOCATION, code=400)
    with pytest.raises(PairRefused):
        await partner.upstream.refresh(OLD)


async def test_without_an_answer_to_whether_the_partner_is_known_nothing_is_refused(partner: Partner) -> None:
    partner.sandbox.faults.add("envelope", operation=TOKENS, code=401)
    partner.sandbox.faults.add("http", operation=REVOCATION)
    with pytest.raises(NotConfigured):
        await partner.upstream.refresh(OLD)


async def test_without_partner_credentials_nothing_is_asked(clock: Clock) -> None:
    partner = Partner(clock, client_id=None, client_secret=None)
    with pytest.raises(NotConfigured, match="no longer has partner credentials"):
        await partner.upstream.refresh(OLD)
    assert partner.sandbox.log == []


async def test_revoking_ends_both_tokens(partner: Partner) -> None:
    pair = await partner.upstream.exchange(partner.code())
    await partner.upstream.revoke(pair)
    assert not await partner.works(pair.access_token)
    with pytest.raises(PairRefused):
        await partner.upstream.refresh(pair)


async def test_the_second_token_is_revoked_though_the_first_could_not_be(partner: Partner) -> None:
    pair = await partner.upstream.exchange(partner.code())
    partner.sandbox.faults.add("envelope", operation=REVOCATION, code=500)
    with pytest.raises(HostexError):
        await partner.upstream.revoke(pair)
    assert not await partner.works(pair.access_token)


async def test_after_429_the_partner_is_silent_until_hostex_wants_to_hear_it(partner: Partner) -> None:
    pair = await partner.upstream.exchange(partner.code())
    partner.sandbox.faults.add("throttle", operation=TOKENS, retry_after=90)
    with pytest.raises(RateLimited):
        await partner.upstream.refresh(pair)
    asked = len(partner.sandbox.log)
    partner.clock.advance(seconds=60)
    with pytest.raises(RateLimited) as caught:
        await partner.upstream.exchange(partner.code())
    assert caught.value.retry_after == 30
    assert len(partner.sandbox.log) == asked
    partner.clock.advance(seconds=30)
    assert await partner.works((await partner.upstream.refresh(pair)).access_token)


async def test_a_clock_that_is_put_back_does_not_make_the_silence_hours(partner: Partner) -> None:
    pair = await partner.upstream.exchange(partner.code())
    partner.sandbox.faults.add("throttle", operation=TOKENS, retry_after=90)
    with pytest.raises(RateLimited):
        await partner.upstream.refresh(pair)
    partner.clock.advance(hours=-3)
    assert await partner.works((await partner.upstream.refresh(pair)).access_token)


async def test_hosts_are_served_while_the_partner_is_silent(partner: Partner) -> None:
    pair = await partner.upstream.exchange(partner.code())
    partner.sandbox.faults.add("throttle", operation=TOKENS, retry_after=90)
    with pytest.raises(RateLimited):
        await partner.upstream.refresh(pair)
    assert await partner.works(pair.access_token)


async def test_a_renewal_does_not_stand_in_line_behind_strangers_who_try_tokens(clock: Clock) -> None:
    partner = Partner(clock, at_once=1)
    pair = await partner.upstream.exchange(partner.code())
    gate = Gate("/properties")
    partner.wire.before = gate
    partner.wire.requests.clear()
    async with anyio.create_task_group() as together:
        for number in range(5):
            together.start_soon(partner.works, SecretStr(f"made-up-{number}"))
        await gate.reached.wait()
        together.start_soon(partner.upstream.refresh, pair)
        await anyio.wait_all_tasks_blocked()
        gate.opened.set()
    paths = [request.url.path.rpartition("/")[2] for request in partner.wire.requests]
    assert len(paths) == 6
    assert paths.index("authorizations") <= 2


async def test_a_redirect_is_never_followed_with_the_secret(partner: Partner) -> None:
    partner.sandbox.faults.add("redirect", operation=TOKENS)
    with pytest.raises(UnexpectedResponse, match="redirect"):
        await partner.upstream.exchange(partner.code())
    assert [request.url.host for request in partner.wire.requests] == ["hostex.example"]


@pytest.mark.parametrize("seconds", [-5, 0, 10**12])
async def test_lifetimes_that_no_token_has_do_no_harm(seconds: int, clock: Clock) -> None:
    hostex = script(envelope({"access_token": "a", "refresh_token": "r", "expires_in": seconds}))
    upstream = Upstream(
        HOSTEX, transport=httpx2.MockTransport(hostex), client_id="p", client_secret=SECRET, now=clock
    )
    got = await upstream.exchange("code")
    assert got.expires_at is not None
    assert clock() <= got.expires_at <= clock() + timedelta(days=366)


async def test_cookies_of_one_client_do_not_reach_another() -> None:
    hostex = script(envelope({"properties": []}, set_cookie="session=of-the-first; Path=/"))
    upstream = Upstream(HOSTEX, transport=httpx2.MockTransport(hostex))
    for token in ("first-token", "second-token"):
        async with upstream.client(SecretStr(token)) as client:
            await client.page(LIST_PROPERTIES)
            await client.page(LIST_PROPERTIES, offset=100)
    assert ["cookie" in request.headers for request in hostex.requests] == [False, True, False, True]


async def test_certificates_are_loaded_once_for_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []

    def context() -> ssl.SSLContext:
        made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return made[-1]

    monkeypatch.setattr(httpx2, "create_ssl_context", context)
    upstream = Upstream(HOSTEX)
    clients = [upstream.client(SecretStr(f"token-{number}")) for number in range(3)]
    for client in clients:
        await client.aclose()
    assert len(made) == 1


def test_neither_secret_nor_token_is_shown() -> None:
    upstream = Upstream(client_id="partner-7", client_secret=SECRET)
    assert repr(upstream) == "Upstream('https://api.hostex.io/v3')"
    assert "old-" not in repr(OLD)
