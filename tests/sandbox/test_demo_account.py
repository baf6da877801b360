"""The demo account as a whole: its size, its shapes, and that it depends on seed and day alone."""

import json
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, datetime, timedelta

import pytest

from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.state import Accounts, Row, SandboxAccount
from tests.contract.conformity import missing_or_wrong
from tests.contract.description import described
from tests.support.demo_cases import MOMENTS, SEED, accounts_at, moment

NOW = MOMENTS["an ordinary noon"]
SHAPES: dict[str, Callable[[SandboxAccount], dict[str, Row] | dict[int, Row]]] = {
    "Property": lambda account: account.properties,
    "PropertyGroup": lambda account: account.groups,
    "PropertyTag": lambda account: account.tags,
    "RoomType": lambda account: account.room_types,
    "ChannelAccount": lambda account: account.channel_accounts,
    "Listing": lambda account: account.listings,
    "Reservation": lambda account: account.stays,
    "ReservationTag": lambda account: account.reservation_tags,
    "Conversation": lambda account: account.conversations,
    "Review": lambda account: account.reviews,
    "Task": lambda account: account.tasks,
    "Staff": lambda account: account.staff,
    "Transaction": lambda account: account.transactions,
    "AutomationAction": lambda account: account.automation_actions,
    "KnowledgeBase": lambda account: account.knowledge_bases,
    "Webhook": lambda account: account.webhooks,
    "CalendarShareLink": lambda account: account.share_links,
}
# A room type's tags are worked out when it is read.
WORKED_OUT = {"RoomType": {"tags"}, "Property": {"groups", "tags"}}
# What documented rows may be without, although the demo never is.
COMPLETE = {
    "Reservation",
    "Conversation",
    "Task",
    "Staff",
    "Transaction",
    "Listing",
    "ChannelAccount",
    "Property",
}


@pytest.fixture(params=MOMENTS.values(), ids=list(MOMENTS))
def accounts(request: pytest.FixtureRequest) -> Accounts:
    return accounts_at(request.param)


def public(row: Row) -> Row:
    return {key: value for key, value in row.items() if not key.startswith("_")}


def test_every_row_has_the_documented_fields_and_types(accounts: Accounts) -> None:
    for account in accounts.each():
        for name, rows_of in SHAPES.items():
            for row in rows_of(account).values():
                assert list(missing_or_wrong(described().types[name], public(row), name)) == []


def test_rows_carry_the_optional_fields_too(accounts: Accounts) -> None:
    for name in COMPLETE:
        expected = described().types[name].keys() - WORKED_OUT.get(name, set())
        for row in SHAPES[name](accounts.main).values():
            assert expected <= row.keys()


def test_offers_and_price_rules_have_the_documented_fields(accounts: Accounts) -> None:
    types = described().types
    offers = [offer for row in accounts.main.conversations.values() for offer in row.get("_offers", [])]
    assert {offer["status"] for offer in offers} == {"active", "expired"}
    for offer in offers:
        assert list(missing_or_wrong(types["SpecialOffer"], offer, "offer")) == []
    for (channel, _), rates in accounts.main.rates.items():
        name = {"airbnb": "AirbnbPriceAndRules", "vrbo": "VrboPriceAndRules"}.get(channel)
        assert (rates.price_and_rules is not None) == (name is not None)
        if name and rates.price_and_rules:
            assert rates.price_and_rules.keys() == types[name].keys()
            assert list(missing_or_wrong(types[name], rates.price_and_rules, name)) == []


def test_rows_are_stored_under_their_own_ids(accounts: Accounts) -> None:
    keys = {"Reservation": "stay_code", "Review": "reservation_code"}
    for account in accounts.each():
        for name, rows_of in SHAPES.items():
            rows = rows_of(account)
            assert list(rows) == [row[keys.get(name, "id")] for row in rows.values()]


def test_the_main_account_is_a_business_of_the_promised_size(accounts: Accounts) -> None:
    main = accounts.main
    assert (len(main.properties), len(main.groups), len(main.tags), len(main.room_types)) == (12, 4, 4, 1)
    assert 160 <= len(main.stays) <= 240
    assert 40 <= len(main.conversations) <= 50
    assert 200 <= len(main.transactions) <= 300
    assert (len(main.staff), len(main.knowledge_bases)) == (5, 6)
    assert (len(main.webhooks), len(main.share_links)) == (2, 2)
    dictionaries = (main.expense_items, main.income_items, main.expense_methods, main.income_methods)
    assert [len(rows) for rows in dictionaries] == [13, 8, 15, 15]
    assert {(35, "Naver Reservation"), (29, "Booking Site")} < {
        (row["id"], row["name"]) for row in main.custom_channels
    }
    assert len(main.custom_channels) == 7
    assert sum(tag["is_default"] for tag in main.reservation_tags.values()) == 4


def test_the_second_account_is_small_and_shares_no_id_with_the_first(accounts: Accounts) -> None:
    main, second = accounts.main, accounts.second
    assert (second.name, second.timezone, len(second.properties)) == ("Blue Door Stays", "Europe/Paris", 3)
    assert 12 <= len(second.stays) <= 30
    assert 3 <= len(second.conversations) <= 12
    for name, rows_of in SHAPES.items():
        if name != "ReservationTag":
            assert rows_of(main).keys().isdisjoint(rows_of(second))
    own = [
        {key for key, tag in account.reservation_tags.items() if not tag["is_default"]}
        for account in (main, second)
    ]
    assert own[0].isdisjoint(own[1])
    assert len({account.next_id for account in accounts.each()}) == 3


def test_the_empty_account_has_dictionaries_and_nothing_else(accounts: Accounts) -> None:
    empty = accounts.empty
    filled = {name for name, rows_of in SHAPES.items() if rows_of(empty)}
    assert filled == {"ReservationTag"}
    assert len(empty.expense_items) == 13
    assert not empty.rates


def test_the_accounts_share_no_object_that_a_write_could_change() -> None:
    accounts = build_accounts(NOW.date(), SEED, NOW)
    untouched = deepcopy(accounts.second), deepcopy(accounts.empty)
    for account_list in (accounts.main.custom_channels, accounts.main.income_items):
        account_list.append({"id": 999, "name": "New"})
    accounts.main.reservation_tags[1]["tag_name"] = "Changed"
    assert (accounts.second, accounts.empty) == untouched
    assert build_accounts(NOW.date(), SEED, NOW).second == untouched[0]


def test_the_same_seed_day_and_time_make_the_same_accounts() -> None:
    assert build_accounts(NOW.date(), 3, NOW) == build_accounts(NOW.date(), 3, NOW)


def test_another_seed_changes_what_is_left_to_chance_but_not_the_planned_stays() -> None:
    first, other = (build_accounts(NOW.date(), seed, NOW).main for seed in (3, 4))
    assert first.stays.keys() != other.stays.keys()
    assert {
        "0-HMDEMO0005-ine005",
        "5-DEMO7KQ2X",
        "2-4310000024_1-grp024",
    } <= first.stays.keys() & other.stays.keys()
    planned = [account.stays["0-HMDEMO0005-ine005"]["conversation_id"] for account in (first, other)]
    assert planned[0] == planned[1]
    assert first.properties == other.properties


def test_the_account_moves_along_with_the_day() -> None:
    later = NOW + timedelta(days=45)
    codes = "0-HMDEMO0005-ine005", "5-DEMO7KQ2X"
    for code in codes:
        before, after = (accounts_at(when).main.stays[code]["check_in_date"] for when in (NOW, later))
        assert date.fromisoformat(after) - date.fromisoformat(before) == timedelta(days=45)


def test_nothing_has_happened_in_the_future() -> None:
    for now in MOMENTS.values():
        account = accounts_at(now).main
        assert max(moment(text) for text in _times(account)) <= now


def _times(account: SandboxAccount) -> Iterator[str]:
    for stay in account.stays.values():
        yield stay["booked_at"]
        yield stay["created_at"]
        yield stay["cancelled_at"] or stay["booked_at"]
    for conversation in account.conversations.values():
        yield from (message["created_at"] for message in conversation["messages"])
    for row in account.transactions.values():
        yield row["created_at"]
    for review in account.reviews.values():
        sides = (review["host_review"], review["guest_review"], review["host_reply"])
        yield from (side["created_at"] for side in sides if side)


def test_people_and_addresses_are_made_up(accounts: Accounts) -> None:
    for account in accounts.each():
        people = [stay["guest_email"] for stay in account.stays.values()]
        people += [member["email"] for member in account.staff.values()]
        for email in filter(None, [account.email, *people]):
            assert email.endswith(("@example.com", "@example.org", ".invalid"))


def test_every_row_can_be_written_as_json(accounts: Accounts) -> None:
    for rows_of in SHAPES.values():
        assert json.loads(json.dumps([public(row) for row in rows_of(accounts.main).values()]))


def test_building_takes_well_under_150_milliseconds() -> None:
    def build() -> float:
        started = time.process_time()
        build_accounts(NOW.date(), SEED, NOW)
        return time.process_time() - started

    assert min(build() for _ in range(5)) < 0.15


def test_plans_wait_in_the_operators_time(accounts: Accounts) -> None:
    for now in MOMENTS.values():
        plans = list(accounts_at(now).main.automation_actions.values())
        kinds = [plan["type"] for plan in plans]
        assert (kinds.count("message"), kinds.count("review")) == (20, 5)
        for plan in plans:
            assert now < moment(plan["scheduled_at"]) <= now + timedelta(days=30)
            local = datetime.fromisoformat(plan["scheduled_at"])
            assert local.hour in (10, 11, 18)
            assert local.utcoffset() in (timedelta(), timedelta(hours=1))
