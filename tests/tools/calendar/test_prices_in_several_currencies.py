"""A base price on listings of several currencies, on generated accounts; expected prices by fractions."""

from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, cast

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostex_mcp.api import HostexClient
from hostex_mcp.domain.pricing import shifted_prices
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock, ahead
from tests.support.every_write import LOFT, days
from tests.support.previewing import demo_sandbox

pytestmark = pytest.mark.anyio

Row = dict[str, Any]
KEYS = [("airbnb", "900000000000000101"), ("booking.com", "55501001-220011"), ("vrbo", "vr-3001")]
DAYS = [date.fromisoformat(ahead(200)), date.fromisoformat(ahead(201))]


def half_up(value: Fraction) -> int:
    return max(1, floor(value + Fraction(1, 2)))


def account(currencies: list[str], present: list[int], ratios: list[int]) -> Sandbox:
    """The demo account, the Harbour Loft sold by three listings only."""
    sandbox = demo_sandbox()
    main = sandbox.accounts.main
    main.properties[LOFT]["channels"] = [
        {"channel_type": channel, "listing_id": listing, "currency": currency}
        for (channel, listing), currency in zip(KEYS, currencies, strict=True)
    ]
    for key, price, ratio in zip(KEYS, present, ratios, strict=True):
        main.rates[key].prices = dict.fromkeys(DAYS, price)
        main.rates[key].ratio, main.rates[key].readonly = ratio, False
    return sandbox


async def reprice(sandbox: Sandbox, price: int, confirm: str = "off", **more: Any) -> Row:
    selection = select(["all"])
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        engine = Engine(selection, Context(client, selection.reachable, now=Clock()), confirm)
        arguments = {"property_id": LOFT, "prices": [days(200, 201, price=price)], **more}
        return cast("Any", await engine.call("update_property_prices", arguments)).structured_content


def now(sandbox: Sandbox) -> list[int]:
    sandbox.settle()
    return [sandbox.accounts.main.rates[key].prices[DAYS[0]] for key in KEYS]


async def test_an_amount_without_its_currency_is_refused_where_listings_have_several() -> None:
    sandbox = account(["EUR", "EUR", "USD"], [100, 110, 312], [100, 100, 100])
    error = (await reprice(sandbox, 120))["error"]
    assert error["fields"][0]["field"] == "currency"
    assert "EUR: airbnb 900000000000000101, booking.com 55501001-220011" in error["message"]
    assert "USD: vrbo vr-3001" in error["message"]
    assert now(sandbox) == [100, 110, 312]


async def test_a_currency_that_no_listing_has_is_refused() -> None:
    sandbox = account(["EUR", "EUR", "EUR"], [100, 110, 312], [100, 100, 100])
    error = (await reprice(sandbox, 120, currency="USD"))["error"]
    assert error["fields"][0]["problem"].startswith("is not the currency of any listing")
    assert now(sandbox) == [100, 110, 312]


async def test_listings_in_another_currency_are_named_and_left_alone() -> None:
    sandbox = account(["EUR", "EUR", "USD"], [100, 110, 312], [100, 110, 100])
    shown = (await reprice(sandbox, 120, "token", currency="EUR"))["preview"]
    assert "vrbo vr-3001 is in USD and is left alone." in shown["warnings"]
    assert shown["target"]["currency"] == "EUR"
    done = await reprice(sandbox, 120, currency="EUR")
    assert [listing["status"] for listing in done["result"]["listings"]] == ["done", "done", "left_alone"]
    assert now(sandbox) == [120, 132, 312]


@given(
    currencies=st.lists(st.sampled_from(["EUR", "USD"]), min_size=3, max_size=3),
    present=st.lists(st.integers(60, 150), min_size=3, max_size=3),
    ratios=st.lists(st.integers(90, 120), min_size=3, max_size=3, unique=True),
    price=st.integers(80, 130),
    follow=st.booleans(),
)
@settings(max_examples=25, deadline=None)
async def test_no_listing_gets_an_amount_of_another_currency(
    currencies: list[str], present: list[int], ratios: list[int], price: int, follow: bool
) -> None:
    sandbox = account(currencies, present, ratios)
    inside = [place for place in range(3) if currencies[place] == currencies[0]]
    more = {"other_currencies": "same_percentage"} if follow else {}
    answer = await reprice(sandbox, price, currency=currencies[0], **more)
    assert "error" not in answer, answer
    base = {place: max(1, round(Fraction(price * ratios[place], 100))) for place in inside}
    leader = min(inside, key=lambda place: abs(ratios[place] - 100))
    share = Fraction(base[leader], present[leader])
    expected = [
        base[place] if place in inside else half_up(present[place] * share) if follow else present[place]
        for place in range(3)
    ]
    assert now(sandbox) == expected


@given(
    prices=st.lists(
        st.tuples(st.integers(1, 5_000), st.integers(1, 5_000), st.integers(1, 5_000)), min_size=1, max_size=5
    )
)
def test_a_share_is_exact_to_the_half_unit(prices: list[tuple[int, int, int]]) -> None:
    days_of = [date.fromordinal(740_000 + place) for place in range(len(prices))]
    old, reference, new = (
        {day: row[place] for day, row in zip(days_of, prices, strict=True)} for place in range(3)
    )
    assert shifted_prices(old, reference, new) == {
        day: half_up(Fraction(a * c, b)) for day, (a, b, c) in zip(days_of, prices, strict=True)
    }
