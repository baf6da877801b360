"""What the pages build on: sealed authorizations, the browser's cookie, form tokens, the way back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr
from starlette.requests import Request

from hostex_mcp.http.config import Address
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.oauth.authorization_request import (
    AuthorizationRequest,
    open_authorization,
    seal_authorization,
)
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits
from hostex_mcp.http.oauth.flow import Flow, FlowError
from hostex_mcp.http.store.records import Choices, Credential, Grant
from tests.http.authorizing import CALLBACK, RESOURCE, VERIFIER, challenge_of, deployed
from tests.support.clock import NOW, Clock

pytestmark = pytest.mark.anyio


ID = "A" * 43
OTHER_ID = "B" * 43

AUTHORIZATION = AuthorizationRequest(
    client_id="client",
    client_name="Example App",
    redirect_uri=CALLBACK,
    redirect_uri_given=True,
    state="s&t=u",
    code_challenge=challenge_of(VERIFIER),
    scopes=("hostex:read", "hostex:write"),
    resource=RESOURCE,
    nonce="n",
    expires_at=NOW + timedelta(minutes=10),
)
GRANT = Grant(
    grant_id="grant",
    client_id="client",
    client_name="Example App",
    returns_to=CALLBACK,
    choices=Choices(frozenset({"hostex:read", "hostex:write"})),
    resource=RESOURCE,
    browser="b",
    kind="token",
    status="pending",
    created_at=NOW,
)


async def test_an_authorization_opens_as_it_was_sealed() -> None:
    keys = KeyRing([new_key()])
    sealed = seal_authorization(keys, AUTHORIZATION, "browser")
    assert open_authorization(keys, sealed, "browser", NOW) == AUTHORIZATION


async def test_an_authorization_opens_in_no_other_way() -> None:
    keys = KeyRing([new_key()])
    sealed = seal_authorization(keys, AUTHORIZATION, "browser")
    other_purpose = keys.seal("partner", b"{}", "browser")
    flipped = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    refused = [
        open_authorization(keys, sealed, "another", NOW),
        open_authorization(KeyRing([new_key()]), sealed, "browser", NOW),
        open_authorization(keys, flipped, "browser", NOW),
        open_authorization(keys, sealed[:-1], "browser", NOW),
        open_authorization(keys, other_purpose, "browser", NOW),
        open_authorization(keys, keys.seal("authorization", b"{}", "browser"), "browser", NOW),
        open_authorization(keys, None, "browser", NOW),
        open_authorization(keys, "é", "browser", NOW),
        open_authorization(keys, sealed, "browser", AUTHORIZATION.expires_at),
    ]
    assert refused == [None] * 9


async def test_an_authorization_gives_nothing_away() -> None:
    sealed = seal_authorization(KeyRing([new_key()]), AUTHORIZATION, "browser")
    assert sealed.isascii()
    assert len(sealed) < 900


async def test_a_form_token_fits_its_browser_and_question_only() -> None:
    old, new = new_key(), new_key()
    keys, browser = KeyRing([old]), Browser(ID, new=False)
    token = csrf(keys, browser, "n")
    assert csrf_fits(keys, browser, "n", token)
    assert csrf_fits(KeyRing([new, old]), browser, "n", token)
    refused = [
        csrf_fits(keys, browser, "m", token),
        csrf_fits(keys, Browser(OTHER_ID, new=False), "n", token),
        csrf_fits(keys, Browser(ID, new=True), "n", token),
        csrf_fits(KeyRing([new]), browser, "n", token),
        csrf_fits(keys, browser, "n", token.upper()),
        csrf_fits(keys, browser, "n", "\ud800é"),
        csrf_fits(keys, browser, "n", ""),
        csrf_fits(keys, browser, "n", None),
    ]
    assert refused == [False] * 8


def _browser(cookie: str, origin: str = "https://mcp.example.com") -> Browser:
    scope = {"type": "http", "headers": [(b"cookie", cookie.encode("latin-1"))]}
    return browser_of(Request(scope), Address(origin))


async def test_a_browser_is_known_by_a_well_formed_cookie_of_the_right_name_only() -> None:
    assert _browser(f"__Host-hostex={ID}") == Browser(ID, new=False)
    assert _browser(f"hostex={ID}", "http://127.0.0.1:8000") == Browser(ID, new=False)
    strangers = [
        _browser(f"hostex={ID}"),
        _browser("__Host-hostex="),
        _browser(f"__Host-hostex={ID}x"),
        _browser("__Host-hostex=" + "*" * 43),
        _browser("__Host-hostex=" + "é" * 43),
    ]
    assert all(browser.new and len(browser.id) == 43 for browser in strangers)
    assert len({browser.id for browser in strangers}) == 5


@pytest.mark.parametrize("blank", ["\xa0", "\x85", "\x1c", "\x0b"])
async def test_a_cookie_that_another_host_of_the_domain_could_set_is_not_ours(blank: str) -> None:
    # Chromium takes such names from any host of the domain, with U+00A0 or U+0085 as a single byte.
    planted = f"{blank}__Host-hostex={OTHER_ID}"
    assert _browser(planted).new
    assert _browser(f"__Host-hostex={ID}; {planted}") == Browser(ID, new=False)
    assert _browser(f"{planted}; __Host-hostex={ID}") == Browser(ID, new=False)
    assert _browser(f"__Host-hostex={ID}; __Host-hostex={OTHER_ID}").new


async def test_a_browser_shows_its_id_to_nobody() -> None:
    browser = Browser(ID, new=False)
    assert ID not in repr(browser) + browser.digest


async def test_a_code_lives_a_minute_and_may_what_was_both_asked_and_allowed(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        await server.store.grants.add(
            replace(GRANT, choices=Choices(frozenset({"hostex:read"}))), Credential("token", SecretStr("t"))
        )
        await server.store.grants.activate("grant")
        flow = Flow(server.deps.address, server.store, server.clock)
        url = await flow.complete(AUTHORIZATION, "grant")
        text = url.partition("code=")[2].partition("&")[0]
        code = await server.store.codes.get(text)
        expires_at = server.clock() + timedelta(seconds=60)
    assert url == f"{CALLBACK}?code={text}&state=s%26t%3Du&iss=https%3A%2F%2Fmcp.example.com"
    assert code is not None
    assert (getattr(code, "scopes", None), getattr(code, "expires_at", None)) == (
        ("hostex:read",),
        expires_at,
    )


async def test_a_refusal_goes_back_with_state_and_issuer(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        flow = Flow(server.deps.address, server.store, server.clock)
        url = flow.refuse(replace(AUTHORIZATION, state=None), "access_denied", "Not now")
    expected = "error=access_denied&error_description=Not+now&iss=https%3A%2F%2Fmcp.example.com"
    assert url == f"{CALLBACK}?{expected}"


@pytest.mark.parametrize(
    "grant",
    [
        replace(GRANT, client_id="another"),
        replace(GRANT, resource="https://other.example/mcp"),
        replace(GRANT, choices=Choices(frozenset({"hostex:write"}))),
    ],
)
async def test_a_grant_completes_only_what_it_belongs_to(tmp_path: Path, grant: Grant) -> None:
    authorization = replace(AUTHORIZATION, scopes=("hostex:read",))
    async with deployed(tmp_path) as server:
        await server.store.grants.add(grant, Credential("token", SecretStr("t")))
        await server.store.grants.activate("grant")
        with pytest.raises(FlowError):
            await Flow(server.deps.address, server.store, server.clock).complete(authorization, "grant")


async def test_a_pending_or_unknown_grant_completes_nothing(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        await server.store.grants.add(GRANT, Credential("token", SecretStr("t")))
        flow = Flow(server.deps.address, server.store, server.clock)
        for grant_id in ("grant", "unknown"):
            with pytest.raises(FlowError):
                await flow.complete(AUTHORIZATION, grant_id)


async def test_a_client_moves_between_replicas_at_every_step(tmp_path: Path) -> None:
    keys, clock = KeyRing([new_key()]), Clock()
    pairs: list[dict[str, str]] = []
    async with (
        deployed(tmp_path, keys=keys, clock=clock) as here,
        deployed(tmp_path, keys=keys, clock=clock) as there,
    ):
        client_id = (await here.register())["client_id"]
        response = await there.authorize(client_id)
        here.http.cookies.update(there.http.cookies)
        back = await here.http.get(response.headers["location"])
        code = back.headers["location"].partition("code=")[2].partition("&")[0]
        pair = (await there.exchange(client_id, code)).json()
        assert (await here.call(pair["access_token"])).status_code == 200

        async with anyio.create_task_group() as group:
            for replica in (here, there, here, there):

                async def refresh(replica: object = replica) -> None:
                    server = here if replica is here else there
                    pairs.append((await server.refresh(client_id, pair["refresh_token"])).json())

                group.start_soon(refresh)
        assert len({(pair["access_token"], pair["refresh_token"]) for pair in pairs}) == 1
        await there.deps.end_grant("grant-1", "The host disconnected.")
        assert (await here.call(pairs[0]["access_token"])).status_code == 401
