"""Previews of many days: nothing is made that the person was not shown, however far behind it stands."""

from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from tests.support.clock import ahead
from tests.support.previewing import planned

pytestmark = pytest.mark.anyio

AIRBNB = {"channel_type": "airbnb", "listing_id": "900000000000000101"}
FIRST, LAST = 20, 115


def alternating(name: str, *values: int) -> list[dict[str, Any]]:
    """Days in a row, each of which gets another value than its neighbours."""
    return [
        {"start_date": ahead(day), "end_date": ahead(day), name: values[day % len(values)]}
        for day in range(FIRST, LAST)
    ]


@pytest.mark.parametrize(
    ("tool", "arguments", "listings"),
    [
        ("update_listing_prices", {**AIRBNB, "prices": alternating("price", 151, 161)}, 1),
        ("update_listing_inventories", {**AIRBNB, "inventories": alternating("inventory", 7, 8)}, 1),
        (
            "update_listing_restrictions",
            {**AIRBNB, "restrictions": alternating("min_stay_on_arrival", 8, 9)},
            1,
        ),
        (
            "update_property_prices",
            {"property_id": 20110001, "currency": "EUR", "prices": alternating("price", 151, 161)},
            4,
        ),
        (
            "update_availabilities",
            {
                "property_ids": [20110001],
                "available": False,
                "dates": [ahead(day) for day in range(400, 600, 2)],
            },
            1,
        ),
    ],
)
async def test_every_change_of_a_calendar_is_in_its_preview(
    tool: str, arguments: dict[str, Any], listings: int, client: HostexClient
) -> None:
    preview = await planned(client, tool, arguments)
    number = 100 if tool == "update_availabilities" else LAST - FIRST
    assert len(preview.changes) == number * listings
    assert len({change["what"] for change in preview.changes}) == number * listings
    assert not [warning for warning in preview.warnings if "are shown" in warning]
