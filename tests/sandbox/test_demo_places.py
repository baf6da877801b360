"""The demo's properties, listings and calendars."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, accounts_at

NOW = MOMENTS["an ordinary noon"]


@pytest.fixture
def account() -> SandboxAccount:
    return accounts_at(NOW).main


def named(account: SandboxAccount, title: str) -> Row:
    [row] = [row for row in account.properties.values() if row["title"] == title]
    return row


def listings(account: SandboxAccount, **facts: str) -> list[Row]:
    return [
        row for row in account.listings.values() if all(row[key] == value for key, value in facts.items())
    ]


def test_titles_are_unique_and_two_share_a_word(account: SandboxAccount) -> None:
    titles = [row["title"] for row in account.properties.values()]
    assert len(set(titles)) == 12
    assert [title for title in titles if "Harbour" in title] == ["Harbour Loft", "Harbour Studio"]


def test_three_cities_two_timezones_two_currencies(account: SandboxAccount) -> None:
    zones = Counter(row["timezone"] for row in account.properties.values())
    assert zones == {"Europe/Lisbon": 9, "America/Chicago": 3}
    sizes = {group["name"]: len(group["property_ids"]) for group in account.groups.values()}
    assert sizes == {"Lisbon": 5, "Porto": 4, "Chicago": 3, "Launching soon": 0}
    for row in account.properties.values():
        assert ZoneInfo(row["timezone"]).key == row["timezone"]
        currency = "USD" if row["timezone"] == "America/Chicago" else "EUR"
        assert {link["currency"] for link in row["channels"]} <= {currency}


def test_the_odd_properties(account: SandboxAccount) -> None:
    pooled = {member["id"] for pool in account.room_types.values() for member in pool["properties"]}
    alone = [
        row["title"] for row in account.properties.values() if not row["channels"] and row["id"] not in pooled
    ]
    assert alone == ["Loop Pied-à-terre"]
    villa = named(account, "Foz Beach Villa")
    assert (villa["latitude"], villa["longitude"]) == (None, None)
    assert named(account, "Belém Riverside Flat")["wifi_ssid"] == ""
    assert {named(account, "Douro Room 1")["id"], named(account, "Douro Room 2")["id"]} == pooled


def test_every_link_has_a_listing_and_every_listing_a_calendar(account: SandboxAccount) -> None:
    rows = [*account.properties.values(), *account.room_types.values()]
    links = {(link["channel_type"], link["listing_id"]) for row in rows for link in row["channels"]}
    assert links == {(row["channel_type"], row["listing_id"]) for row in account.listings.values()}
    assert links == account.rates.keys()


def test_listings_belong_to_channel_accounts_of_their_channel(account: SandboxAccount) -> None:
    for row in account.listings.values():
        assert account.channel_accounts[row["channel_account_id"]]["channel_type"] == row["channel_type"]
    states = {row["channel_type"]: row["auth_status"] for row in account.channel_accounts.values()}
    assert states["airbnb"] == states["booking.com"] == states["vrbo"] == "active"
    assert states["agoda"] == "disconnected"


def test_one_listing_is_off_the_shelf_and_one_is_of_a_channel_to_come(account: SandboxAccount) -> None:
    [hidden] = listings(account, shelf_status="off")
    assert hidden["title"] == "Foz Beach Villa"
    [future] = listings(account, channel_type="staymesh")
    assert future["metadata"]["city"] == "Lisboa"


def test_prices_follow_the_ratio_of_the_channel(account: SandboxAccount) -> None:
    loft = account.rates["airbnb", "900000000000000101"]
    assert (loft.base, loft.weekend, loft.ratio, loft.min_stay) == (125, 148, 100, 3)
    booking = account.rates["booking.com", "55501001-220011"]
    assert (booking.base, booking.ratio) == (140, 112)
    assert (account.rates["vrbo", "vr-3001"].base, account.rates["vrbo", "vr-3001"].ratio) == (131, 105)


def test_one_listing_is_steered_by_its_channel(account: SandboxAccount) -> None:
    steered = [key for key, rates in account.rates.items() if rates.readonly]
    assert steered == [("airbnb", "900000000000000199")]
    assert [key for key, rates in account.rates.items() if rates.ratio == -1] == steered


def rules(account: SandboxAccount, channel: str, listing_id: str) -> Row:
    return account.rates[channel, listing_id].price_and_rules or {}


def test_two_airbnb_listings_charge_for_pets_each_in_its_way(account: SandboxAccount) -> None:
    garden, villa = (rules(account, "airbnb", f"9000000000000001{end}") for end in ("04", "09"))
    assert (garden["pet_fee"], garden["pet_fee_obj"], garden["short_term_cleaning_fee"]) == (25, None, 65)
    assert (villa["pet_fee"], villa["pet_fee_obj"]["amount"]) == (None, 40)
    assert villa["long_term_cancellation_policy"] == "long_term_flexible"


def test_one_listing_has_the_mobile_discount_but_for_two_days(account: SandboxAccount) -> None:
    villa = rules(account, "airbnb", "900000000000000109")
    dates = [str(NOW.date() + timedelta(days=offset)) for offset in (61, 62)]
    quota = {"dates_used_count": 2, "dates_available_count": 28}
    assert villa["mobile_only_discount"] is True
    assert villa["mobile_only_discount_blackout_dates"] == dates
    assert villa["mobile_only_discount_blackout_dates_quota"] == quota


def test_one_vrbo_listing_has_one_price_and_asks_more_for_extra_guests(account: SandboxAccount) -> None:
    ribeira = rules(account, "vrbo", "vr-3006")
    assert (ribeira["base_price"], ribeira["nightly_rate"]) == (124, None)
    assert (ribeira["extra_guest_fee"], ribeira["extra_guest_number"]) == (15, 2)
    assert account.rates["vrbo", "vr-3006"].weekend == 124
    loft = rules(account, "vrbo", "vr-3001")
    assert (loft["base_price"], loft["nightly_rate"]["monday"]) == (None, 131)


def test_a_season_is_dearer_on_all_its_days(account: SandboxAccount) -> None:
    for rates in account.rates.values():
        for offset in range(38, 53):
            day = NOW.date() + timedelta(days=offset)
            usual = rates.weekend if day.weekday() in (4, 5) else rates.base
            assert rates.prices[day] > usual


def test_one_listing_is_closed_while_its_property_is_open(account: SandboxAccount) -> None:
    closed = {key: rates.inventories for key, rates in account.rates.items() if rates.inventories}
    first = NOW.date() + timedelta(days=20)
    assert closed == {("booking.com", "55501005-220051"): {first: 0, first + timedelta(days=1): 0}}


def test_blocks_name_their_reason(account: SandboxAccount) -> None:
    reasons = {account.properties[key]["title"]: set(days.values()) for key, days in account.blocks.items()}
    assert reasons == {
        "Garden House Estrela": {"Boiler service"},
        "Loop Pied-à-terre": {"Owner's stay"},
        "Foz Beach Villa": {"Deep cleaning"},
    }
    house = account.blocks[named(account, "Garden House Estrela")["id"]]
    assert sorted(house) == [NOW.date() + timedelta(days=n) for n in (18, 19, 20)]


def test_knowledge_covers_every_kind_of_scope(account: SandboxAccount) -> None:
    entries = account.knowledge_bases.values()
    scopes = {row["scope_property"]["type"] for row in entries}
    assert scopes == {"all", "by_property", "by_group", "by_room_type"}
    assert [row["title"] for row in entries if row["process_status"] == "failed"] == ["Foz pool manual"]
    targets = {
        "by_property": account.properties,
        "by_group": account.groups,
        "by_room_type": account.room_types,
    }
    for row in entries:
        scope = row["scope_property"]
        assert (
            scope["ids"] == [-1]
            if scope["type"] == "all"
            else set(scope["ids"]) <= set(targets[scope["type"]])
        )


def test_one_webhook_is_somebody_elses(account: SandboxAccount) -> None:
    assert [row["manageable"] for row in account.webhooks.values()] == [True, False]
    assert ["_made_by" in row for row in account.webhooks.values()] == [True, False]
