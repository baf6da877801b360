"""`/authorize`: who may ask, where the answer goes, and what PKCE, scope and resource must be."""

from pathlib import Path

import pytest

from tests.http.authorizing import CALLBACK, ORIGIN, RESOURCE, VERIFIER, answer_at, challenge_of, deployed

pytestmark = pytest.mark.anyio

LOOPBACK = "http://127.0.0.1:33418/callback"
APP = "cursor://anysphere.cursor-mcp/oauth/callback"


async def test_a_request_leads_to_the_consent_page_with_everything_asked_for(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(client_name="Example App")
        answer = await server.consent(client["client_id"], scope="hostex:read")
    authorization = server.seen[0]
    assert (authorization.client_name, authorization.redirect_uri, authorization.scopes) == (
        "Example App",
        CALLBACK,
        ("hostex:read",),
    )
    assert (authorization.resource, authorization.code_challenge) == (RESOURCE, challenge_of(VERIFIER))
    assert (answer["state"], answer["iss"]) == ("s", "https://mcp.example.com")


async def test_nothing_is_stored_until_a_person_consents(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        before = (
            (tmp_path / "hostex-mcp.db").stat().st_mtime_ns,
            (tmp_path / "hostex-mcp.db-wal").stat().st_size,
        )
        await server.authorize(client["client_id"])
        after = (
            (tmp_path / "hostex-mcp.db").stat().st_mtime_ns,
            (tmp_path / "hostex-mcp.db-wal").stat().st_size,
        )
    assert before == after


async def test_a_link_to_the_consent_page_works_in_no_other_browser(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        response = await server.authorize(client["client_id"])
        server.http.cookies.clear()
        assert (await server.http.get(response.headers["location"])).status_code == 400


async def test_a_link_to_the_consent_page_works_for_ten_minutes(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        response = await server.authorize(client["client_id"])
        server.clock.advance(minutes=10)
        assert (await server.http.get(response.headers["location"])).status_code == 400


async def test_the_cookie_is_for_this_host_only_and_is_kept(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        first = await server.authorize(client["client_id"])
        second = await server.authorize(client["client_id"])
    cookie = first.headers["set-cookie"].lower()
    assert cookie.startswith("__host-hostex=")
    assert all(part in cookie for part in ("; secure", "; httponly", "; samesite=lax", "; path=/"))
    assert "domain" not in cookie
    assert "set-cookie" not in second.headers


async def test_over_plain_http_on_this_machine_the_cookie_has_another_name(tmp_path: Path) -> None:
    async with deployed(tmp_path, origin="http://127.0.0.1:8000") as server:
        client = await server.register()
        response = await server.authorize(client["client_id"], resource="http://127.0.0.1:8000/mcp")
    assert response.headers["set-cookie"].startswith("hostex=")
    assert "secure" not in response.headers["set-cookie"].lower()


async def test_a_request_for_authorization_is_a_link_and_not_a_form(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.post("/authorize", data={"client_id": "x", "redirect_uri": CALLBACK})
    assert response.status_code == 405
    assert "POST" not in response.headers["allow"]


@pytest.mark.parametrize(
    "tricked",
    [
        "https://app.example.com/call",
        "https://app.example.com/callback/",
        "https://app.example.com/callback/more",
        "https://app.example.com/callback?more=1",
        "https://app.example.com/callback#fragment",
        "https://app.example.com/callback%2e",
        "https://app.example.com/x/../callback",
        "https://app.example.com:443/callback",
        "https://app.example.com:8443/callback",
        "https://app.example.com.evil.example/callback",
        "https://app.example.com@evil.example/callback",
        "https://user@app.example.com/callback",
        "https://APP.example.com/callback",
        "HTTPS://app.example.com/callback",
        "http://app.example.com/callback",
        "https://app.example.com/Callback",
        "https://app.example.com\\@evil.example/callback",
        "https://app.example.com/callback ",
        "//app.example.com/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://*.example.com/callback",
        "http://127.0.0.1/callback",
    ],
)
async def test_any_other_redirect_uri_gets_a_page_and_no_redirect(tmp_path: Path, tricked: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        response = await server.authorize(client["client_id"], redirect_uri=tricked)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert response.headers["content-type"].startswith("text/html")
    assert "evil.example" not in response.text


@pytest.mark.parametrize("port", ["", ":1", ":54321", ":65535"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_a_loopback_address_may_vary_its_port(tmp_path: Path, host: str, port: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(redirect_uris=[f"http://{host}:33418/callback"])
        uri = f"http://{host}{port}/callback"
        await server.consent(client["client_id"], redirect_uri=uri)
    assert server.seen[0].redirect_uri == uri


@pytest.mark.parametrize(
    "tricked",
    [
        "http://localhost:33418/callback",
        "http://127.0.0.1:33418/callback/more",
        "http://127.0.0.1:33418/callback?more=1",
        "https://127.0.0.1:33418/callback",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.2:33418/callback",
        "http://127.0.0.1.evil.example:33418/callback",
        "http://127.0.0.1:33418@evil.example/callback",
    ],
)
async def test_a_loopback_address_may_vary_nothing_else(tmp_path: Path, tricked: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(redirect_uris=[LOOPBACK])
        response = await server.authorize(client["client_id"], redirect_uri=tricked)
    assert (response.status_code, "location" in response.headers) == (400, False)


async def test_the_only_redirect_uri_need_not_be_named(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        two = await server.register(redirect_uris=[CALLBACK, APP])
        answer = await server.consent(client["client_id"], redirect_uri=None)
        exchanged = await server.exchange(client["client_id"], answer["code"], redirect_uri=None)
        unclear = await server.authorize(two["client_id"], redirect_uri=None)
    assert (exchanged.status_code, unclear.status_code) == (200, 400)


async def test_an_answer_leaves_the_query_of_a_redirect_uri_as_it_was(tmp_path: Path) -> None:
    uri = "https://app.example.com/callback?a=%41+b&empty=&flag"
    async with deployed(tmp_path) as server:
        client = await server.register(redirect_uris=[uri])
        to_consent = await server.authorize(client["client_id"], redirect_uri=uri)
        response = await server.http.get(to_consent.headers["location"])
    assert response.headers["location"].startswith(f"{uri}&code=")


@pytest.mark.parametrize("repeated", ["client_id", "redirect_uri"])
async def test_a_second_client_or_redirect_uri_gets_a_page(tmp_path: Path, repeated: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        link = f"/authorize?client_id={client['client_id']}&redirect_uri={CALLBACK}&{repeated}=other"
        response = await server.http.get(link)
    assert (response.status_code, "location" in response.headers) == (400, False)


@pytest.mark.parametrize("repeated", ["scope", "resource", "code_challenge", "response_type"])
async def test_a_parameter_given_twice_is_refused(tmp_path: Path, repeated: str) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        link = f"/authorize?client_id={client['client_id']}&redirect_uri={CALLBACK}&state=s"
        link += f"&{repeated}=a&{repeated}=b"
        answer = answer_at(await server.http.get(link))
    assert (answer["error"], answer["state"], answer["iss"]) == ("invalid_request", "s", ORIGIN)


@pytest.mark.parametrize("client_id", [None, "unknown", "00000000-0000-0000-0000-000000000000"])
async def test_an_unknown_client_gets_a_page(tmp_path: Path, client_id: str | None) -> None:
    async with deployed(tmp_path) as server:
        response = await server.authorize(client_id)
    assert (response.status_code, "location" in response.headers) == (400, False)


CHALLENGE = challenge_of(VERIFIER)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:42]}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"code_challenge": "a" * 129}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
        ({"resource": "http://mcp.example.com/mcp"}, "invalid_target"),
        ({"resource": "https://MCP.example.com/mcp"}, "invalid_target"),
        ({"resource": "https://mcp.example.com/mcp/../x"}, "invalid_target"),
        ({"resource": "https://mcp.example.com/mcp#x"}, "invalid_target"),
        ({"resource": "https://mcp.example.com.evil.example/mcp"}, "invalid_target"),
        ({"resource": "https://mcp.example.com/other"}, "invalid_target"),
        ({"resource": "https://mcp.example.com?x"}, "invalid_target"),
    ],
)
async def test_what_is_wrong_goes_back_to_the_client(
    tmp_path: Path, changed: dict[str, str | None], error: str
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        response = await server.authorize(client["client_id"], **changed)
    assert response.status_code == 303
    assert response.headers["location"].startswith(f"{CALLBACK}?error=")
    answer = answer_at(response)
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "s", ORIGIN)
    assert "code" not in answer


async def test_an_error_has_no_state_when_the_request_had_none(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        answer = answer_at(await server.authorize(client["client_id"], state=None, response_mode="fragment"))
    assert set(answer) == {"error", "error_description", "iss"}


@pytest.mark.parametrize(
    "resource", [None, RESOURCE, f"{RESOURCE}/", f"{RESOURCE}?toolsets=calendar&read_only=1"]
)
async def test_the_token_is_for_the_canonical_resource_however_it_was_named(
    tmp_path: Path, resource: str | None
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        await server.consent(client["client_id"], resource=resource)
    assert server.seen[0].resource == RESOURCE


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        (None, ("hostex:read", "hostex:write")),
        ("hostex:read", ("hostex:read",)),
        ("hostex:write", ("hostex:read", "hostex:write")),
        ("hostex:write hostex:read offline_access", ("hostex:read", "hostex:write")),
    ],
)
async def test_scopes_are_those_asked_for_that_exist(
    tmp_path: Path, scope: str | None, scopes: tuple[str, ...]
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        await server.consent(client["client_id"], scope=scope)
    assert server.seen[0].scopes == scopes


async def test_a_client_registered_for_reading_cannot_ask_for_more(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register(scope="hostex:read")
        await server.consent(client["client_id"], scope="hostex:read hostex:write")
    assert server.seen[0].scopes == ("hostex:read",)


async def test_a_state_of_four_thousand_characters_comes_back_whole(tmp_path: Path) -> None:
    state = "é%&=+ " + "x" * 4_000
    async with deployed(tmp_path) as server:
        client = await server.register()
        answer = await server.consent(client["client_id"], state=state)
        over = answer_at(await server.authorize(client["client_id"], state="x" * 4_097))
    assert answer["state"] == state
    assert (over["error"], "state" in over) == ("invalid_request", False)


async def test_a_page_for_a_person_cannot_be_framed(tmp_path: Path) -> None:
    async with deployed(tmp_path) as server:
        response = await server.authorize("unknown")
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "query", ["client_id=%ff", "client_id=" + "x" * 17_000, "a=1&" * 50, "client_id=\xe9"]
)
async def test_a_query_that_cannot_be_read_gets_a_page(tmp_path: Path, query: str) -> None:
    async with deployed(tmp_path) as server:
        response = await server.http.get(f"/authorize?{query}")
    assert (response.status_code, "location" in response.headers) == (400, False)


@pytest.mark.parametrize("resource", ["https://mcp.example.com", "https://mcp.example.com/"])
async def test_an_old_client_that_names_the_origin_gets_a_token_for_the_one_resource(
    tmp_path: Path, resource: str
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        code = (await server.consent(client["client_id"], resource=resource))["code"]
        pair = (await server.exchange(client["client_id"], code, resource=resource)).json()
        again = await server.refresh(client["client_id"], pair["refresh_token"], resource=resource)
        assert (await server.call(again.json()["access_token"])).status_code == 200
    assert server.seen[0].resource == RESOURCE


@pytest.mark.parametrize("scope", ["openid email profile", "admin", "HOSTEX:READ"])
async def test_a_client_that_knows_only_scopes_of_others_is_served_what_the_person_allows(
    tmp_path: Path, scope: str
) -> None:
    async with deployed(tmp_path) as server:
        server.allowed = {"hostex:read"}
        client = await server.register(scope=scope)
        pair = await server.connect(client["client_id"], scope=scope)
    assert server.seen[0].scopes == ("hostex:read", "hostex:write")
    assert pair["scope"] == "hostex:read"
