"""Host and Origin, on every route, and what browsers may do (CORS)."""

import httpx2
import pytest

from hostex_mcp.http.transport.rate_limits import Limits, Rate
from tests.support.local import HERE, JSON, PUBLIC, call, local, running, shared

pytestmark = pytest.mark.anyio

WELL_KNOWN = ["oauth-protected-resource/mcp", "oauth-authorization-server"]
ROUTES = [
    *(
        "/mcp",
        "/mcp/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/",
        "/authorize",
        "/token",
        "/register",
        "/revoke",
    ),
    *("/connect", "/connect/consent", "/changes", "/changes/x"),
    *(*(f"/.well-known/{name}" for name in WELL_KNOWN), "/no-such-page"),
]
EVIL = {"Origin": "https://evil.example"}


async def ask(path: str, headers: dict[str, str]) -> httpx2.Response:
    async with running(shared()) as http:
        method = "POST" if path.startswith("/mcp") else "GET"
        everything = {**JSON, "Authorization": "ann", **headers}
        return await http.request(method, path, headers=everything, content=call("list_properties"))


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("host", ["evil.example", "192.0.2.1:8000", "127.0.0.1.evil.example", "a@127.0.0.1"])
async def test_a_host_that_is_not_this_server_is_refused_on_every_route(path: str, host: str) -> None:
    assert (await ask(path, {"Host": host})).status_code == 421


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1:80x", "file://"],
)
async def test_a_page_of_another_site_is_refused_on_every_route(path: str, origin: str) -> None:
    answer = await ask(path, {"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000"])
async def test_this_machine_may_be_called_by_any_of_its_names(host: str) -> None:
    assert (await ask("/mcp", {"Host": host})).status_code == 200


async def test_two_hosts_in_one_request_are_refused() -> None:
    app = shared()
    async with running(app) as http:
        headers = [("Host", "127.0.0.1:8000"), ("Host", "evil.example")]
        assert (await http.get("/healthz", headers=headers)).status_code == 421


@pytest.mark.parametrize(
    ("host", "status"), [("mcp.example.com", 200), ("mcp.example.com:443", 200), ("127.0.0.1", 421)]
)
async def test_a_public_server_is_called_by_its_public_name(host: str, status: int) -> None:
    async with running(local(PUBLIC), PUBLIC) as http:
        answer = await http.post("/mcp", headers={**JSON, "Host": host}, content=call("list_properties"))
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_probe_on_the_machine_itself_may_ask_a_public_server_whether_it_lives(path: str) -> None:
    async with running(local(PUBLIC), PUBLIC) as http:
        assert (await http.get(path, headers={"Host": "127.0.0.1:8000"})).status_code == 200
        assert (await http.get(path, headers={"Host": "10.0.0.1:8000"})).status_code == 421


@pytest.mark.parametrize(
    "origin", [HERE.origin, "http://localhost:6274", "http://127.0.0.1:9", "http://[::1]:3000"]
)
async def test_pages_of_the_server_and_of_the_users_own_machine_may_call(origin: str) -> None:
    answer = await ask("/mcp", {"Origin": origin})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in answer.headers


async def test_an_origin_that_the_operator_allows_may_call_and_its_neighbour_may_not() -> None:
    async with running(local(allowed_origins=("https://app.example.com",))) as http:
        for origin, status in (("https://app.example.com", 200), ("https://app.example.com:444", 403)):
            headers = {**JSON, "Origin": origin}
            answer = await http.post("/mcp", headers=headers, content=call("list_properties"))
            assert answer.status_code == status


@pytest.mark.parametrize("path", ["/mcp", "/token", "/register"])
async def test_a_preflight_is_answered_before_anybody_says_who_they_are(path: str) -> None:
    asked = {
        "Origin": "http://localhost:6274",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, mcp-protocol-version, mcp-param-city",
    }
    async with running(shared()) as http:
        answer = await http.options(path, headers=asked)
        assert answer.status_code == 200
        assert "mcp-param-city" in answer.headers["access-control-allow-headers"]
        assert (await http.options(path, headers=asked | EVIL)).status_code == 403


async def test_a_browser_client_may_read_the_challenge_and_how_long_to_wait() -> None:
    async with running(shared()) as http:
        answer = await http.post("/mcp", headers={**JSON, "Origin": "http://localhost:6274"}, content="{}")
    assert answer.status_code == 401
    exposed = answer.headers["access-control-expose-headers"]
    assert exposed == "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After, X-Request-Id"


async def test_a_further_name_of_a_private_network_is_served_where_the_operator_lists_it() -> None:
    async with running(local(allowed_hosts=("host.docker.internal:8000",))) as http:
        hosts = [
            "host.docker.internal:8000",
            "Host.Docker.Internal:8000",
            "host.docker.internal",
            "evil.example",
        ]
        sent = [{**JSON, "Host": host} for host in hosts]
        statuses = [
            (await http.post("/mcp", headers=headers, content=call("list_tags"))).status_code
            for headers in sent
        ]
    assert statuses == [200, 200, 421, 421]


async def test_pages_of_an_app_may_call_where_the_operator_lists_its_origin() -> None:
    async with running(local(allowed_origins=("tauri://localhost", "app://obsidian.md"))) as http:
        origins = ["tauri://localhost", "app://obsidian.md", "app://evil", "tauri://localhost.evil.example"]
        sent = [{**JSON, "Origin": origin} for origin in origins]
        answers = [await http.post("/mcp", headers=headers, content=call("list_tags")) for headers in sent]
    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]
    assert answers[0].headers["access-control-allow-origin"] == "tauri://localhost"


@pytest.mark.parametrize("path", [path for path in ROUTES if path != "/"])
@pytest.mark.parametrize("end", ["%0A", "%0D", "%00", "%7F"])
async def test_a_path_with_a_line_break_is_not_the_path_without_it(path: str, end: str) -> None:
    assert (await ask(path + end, {})).status_code == 404


async def test_a_line_break_in_the_path_does_not_evade_the_rate_of_registrations() -> None:
    async with running(shared(Limits(registrations=Rate(a_minute=6, burst=2)))) as http:
        for _ in range(2):
            assert (await http.post("/register")).status_code == 200
        spellings = ["/register", "/register%0A", "/regist%65r", "/register?x", "/%72egister"]
        statuses = [(await http.post(path)).status_code for path in spellings]
    assert statuses == [429, 404, 429, 429, 429]


@pytest.mark.parametrize("path", ROUTES)
async def test_a_body_with_two_lengths_is_refused(path: str) -> None:
    answer = await ask(path, {"Content-Length": "5", "Transfer-Encoding": "chunked"})
    assert (answer.status_code, answer.headers["connection"]) == (400, "close")
