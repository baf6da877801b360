"""How often one may call: accounts at `/mcp`, addresses everywhere else, and who counts as an address."""

import httpx2
import pytest

from hostex_mcp.http.transport.rate_limits import Limits, Rate, Throttle, caller_address, neighbours_of
from tests.support.clock import Clock
from tests.support.local import JSON, call, running, shared

pytestmark = pytest.mark.anyio

TWO = Rate(a_minute=6, burst=2)


def test_a_burst_passes_and_then_one_for_each_interval() -> None:
    clock = Clock()
    throttle = Throttle("account", TWO, clock.seconds)
    assert [throttle.wait("a") for _ in range(3)] == [0, 0, 10]
    clock.advance(seconds=10)
    assert [throttle.wait("a") for _ in range(2)] == [0, 10]


def test_waiting_long_gives_no_more_than_a_burst() -> None:
    clock = Clock()
    throttle = Throttle("account", TWO, clock.seconds)
    throttle.wait("a")
    clock.advance(seconds=3600)
    assert [throttle.wait("a") > 0 for _ in range(3)] == [False, False, True]


def test_a_refused_request_does_not_lengthen_the_wait() -> None:
    clock = Clock()
    throttle = Throttle("account", TWO, clock.seconds)
    assert [throttle.wait("a") for _ in range(5)] == [0, 0, 10, 10, 10]


def test_one_caller_does_not_make_another_wait() -> None:
    throttle = Throttle("account", TWO, Clock().seconds)
    assert [throttle.wait(who) for who in "aabb"] == [0, 0, 0, 0]


def test_no_rate_is_no_limit() -> None:
    throttle = Throttle("account", None, Clock().seconds)
    assert not any(throttle.wait("a") for _ in range(1000))


def test_a_flood_of_callers_does_not_fill_the_memory() -> None:
    throttle = Throttle("account", TWO, Clock().seconds, most=100)
    for number in range(1000):
        throttle.wait(str(number))
    assert [throttle.wait("999") for _ in range(2)] == [0, 10]
    assert [throttle.wait("0") for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("not an address", "not an address"),
    ],
)
def test_an_ipv6_network_counts_as_one_address(host: str, counted: str) -> None:
    assert caller_address({"client": (host, 1)}) == counted


def test_a_caller_without_an_address_is_one_caller() -> None:
    assert caller_address({"client": None}) == caller_address({}) == ""


async def test_an_account_that_calls_too_often_waits_and_another_does_not() -> None:
    async with running(shared(Limits(account=TWO))) as http:
        body = call("list_properties", {"limit": 1})
        statuses = [
            (await http.post("/mcp", headers={**JSON, "Authorization": who}, content=body)).status_code
            for who in ("ann", "ann", "ann", "bob")
        ]
        refused = await http.post("/mcp", headers={**JSON, "Authorization": "ann"}, content=body)
    assert statuses == [200, 200, 429, 200]
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert "try again" in refused.json()["error"]["message"]


async def posted(http: httpx2.AsyncClient, *names: str) -> list[int]:
    """The statuses of one call by each of these accounts."""
    body = call("list_properties", {"limit": 1})
    headers = [{**JSON, "Authorization": name} if name else JSON for name in names]
    return [(await http.post("/mcp", headers=header, content=body)).status_code for header in headers]


async def test_an_address_that_makes_up_tokens_of_its_own_waits_and_other_accounts_do_not() -> None:
    async with running(shared(Limits(bringers=TWO))) as http:
        assert await posted(http, "t:1", "t:2", "t:3", "t:1", "ann") == [200, 200, 429, 429, 200]


async def test_wrong_tokens_from_an_address_keep_no_good_token_there_waiting() -> None:
    async with running(shared(Limits(strangers=TWO))) as http:
        assert await posted(http, "", "", "", "ann", "") == [401, 401, 429, 200, 429]


async def test_an_address_with_many_wrong_tokens_waits() -> None:
    app = shared(Limits(strangers=TWO))
    async with running(app) as http:
        assert [(await http.post("/mcp", headers=JSON)).status_code for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(
    ("path", "limits"),
    [
        ("/register", Limits(registrations=TWO)),
        ("/connect", Limits(pages=TWO)),
        ("/changes", Limits(pages=TWO)),
        ("/changes/x", Limits(pages=TWO)),
        ("/token", Limits(others=TWO)),
        ("/no-such-page", Limits(others=TWO)),
    ],
)
async def test_an_address_that_calls_a_route_too_often_waits(path: str, limits: Limits) -> None:
    async with running(shared(limits)) as http:
        statuses = [(await http.get(path)).status_code for _ in range(3)]
        assert 429 not in statuses[:2]
        assert statuses[2] == 429
        assert (await http.get("/healthz")).status_code == 200


async def ask_thrice(client: str, proxies: tuple[str, ...], *forwarded: str) -> list[int]:
    """The statuses of requests that each claim to come from somewhere else."""
    async with running(shared(Limits(others=TWO), trusted_proxies=proxies), client=client) as http:
        return [
            (await http.get("/token", headers={"X-Forwarded-For": addresses})).status_code
            for addresses in forwarded
        ]


async def test_a_forged_forwarded_header_does_not_change_who_is_counted() -> None:
    assert await ask_thrice("198.51.100.7", (), "10.1.1.1", "10.1.1.2", "10.1.1.3") == [200, 200, 429]
    assert await ask_thrice("198.51.100.7", ("10.0.0.0/8",), "1.1.1.1", "2.2.2.2", "3.3.3.3") == [
        200,
        200,
        429,
    ]


async def test_behind_a_trusted_proxy_the_last_address_that_it_did_not_add_itself_is_counted() -> None:
    proxies = ("10.0.0.0/8",)
    assert await ask_thrice("10.0.0.9", proxies, "1.1.1.1", "2.2.2.2", "3.3.3.3") == [200, 200, 200]
    forged = [f"{number}.9.9.9, 7.7.7.7, 10.0.0.8" for number in (1, 2, 3)]
    assert await ask_thrice("10.0.0.9", proxies, *forged) == [200, 200, 429]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("not an address", "not an address"),
    ],
)
def test_the_networks_that_one_customer_may_have_are_neighbours(host: str, counted: str) -> None:
    assert neighbours_of({"client": (host, 1)}) == counted


async def test_registrations_from_many_networks_of_one_customer_wait() -> None:
    app = shared(Limits(neighbours=TWO), trusted_proxies=("10.0.0.9/32",))
    async with running(app, client="10.0.0.9") as http:
        callers = [{"X-Forwarded-For": f"2001:db8:1:{number}::7"} for number in (1, 2, 3)]
        statuses = [(await http.post("/register", headers=caller)).status_code for caller in callers]
        elsewhere = await http.post("/register", headers={"X-Forwarded-For": "203.0.113.5"})
    assert (statuses, elsewhere.status_code) == ([200, 200, 429], 200)
