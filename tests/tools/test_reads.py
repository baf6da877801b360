"""The read tools against the demo account, checked against the sandbox's own state."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import jsonschema
import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.clock import TODAY, Clock, ahead
from tests.support.engine import Call
from tests.tools.sample_calls import sample

pytestmark = pytest.mark.anyio

Row = dict[str, Any]


async def whole(call: Call, tool: str, **arguments: Any) -> list[Row]:
    """All rows of a list, following the cursor."""
    answer = await call(tool, **arguments)
    rows = list(answer["items"])
    while "next_cursor" in answer:
        answer = await call(tool, cursor=answer["next_cursor"])
        rows += answer["items"]
    return rows


async def test_properties_are_paged_to_the_end_each_once(call: Call, sandbox: Sandbox) -> None:
    rows = await whole(call, "list_properties", limit=5)
    assert [row["id"] for row in rows] == sorted(set(sandbox.accounts.main.properties))


async def test_a_property_is_found_by_words_of_its_title(call: Call) -> None:
    answer = await call("list_properties", name="LOFT harbour")
    assert [row["title"] for row in answer["items"]] == ["Harbour Loft"]
    both = await call("list_properties", name="harbour")
    assert {row["title"] for row in both["items"]} == {"Harbour Loft", "Harbour Studio"}


async def test_a_title_that_nearly_fits_is_suggested(call: Call) -> None:
    answer = await call("list_properties", name="harbor lofft")
    assert answer["items"] == []
    assert "Harbour Loft" in answer["notes"][0]


async def test_wifi_passwords_are_shown_only_when_asked_for(call: Call, sandbox: Sandbox) -> None:
    row = next(home for home in sandbox.accounts.main.properties.values() if home["wifi_password"])
    hidden = await call("list_properties", id=row["id"], detail="full")
    shown = await call("list_properties", id=row["id"], detail="full", reveal=["wifi"])
    assert hidden["items"][0]["wifi_password"] == "hidden"
    assert shown["items"][0]["wifi_password"] == row["wifi_password"]


async def test_a_period_longer_than_hostex_allows_is_whole(call: Call, sandbox: Sandbox) -> None:
    first, last = ahead(-250), ahead(200)
    rows = await whole(call, "list_reservations", start_check_in_date=first, end_check_in_date=last, limit=50)
    wanted = {
        code for code, stay in sandbox.accounts.main.stays.items() if first <= stay["check_in_date"] <= last
    }
    assert sorted(row["stay_code"] for row in rows) == sorted(wanted)


async def test_stays_come_newest_booked_first_across_windows(call: Call, sandbox: Sandbox) -> None:
    rows = await whole(
        call, "list_reservations", start_check_in_date=ahead(-250), end_check_in_date=ahead(200), limit=60
    )
    booked = [sandbox.accounts.main.stays[row["stay_code"]]["booked_at"] for row in rows]
    assert booked == sorted(booked, reverse=True)


async def test_the_window_that_hostex_applies_in_silence_is_said(call: Call) -> None:
    answer = await call("list_reservations", limit=1)
    assert answer["notes"] == [
        "No dates given: Hostex lists only stays that check out within the next 180 days."
    ]
    dated = await call("list_reservations", start_check_out_date=ahead(0), end_check_out_date=ahead(0))
    assert "notes" not in dated


async def test_half_a_period_is_refused_before_anything_is_sent(call: Call, sandbox: Sandbox) -> None:
    answer = await call("list_reservations", start_check_in_date=ahead(0))
    assert answer["error"]["fields"] == [
        {"field": "end_check_in_date", "problem": "is required together with start_check_in_date"}
    ]
    assert len(sandbox.log) == 0


async def test_a_booking_of_two_units_has_a_row_for_each_stay(call: Call, sandbox: Sandbox) -> None:
    stays = list(sandbox.accounts.main.stays.values())
    codes = [stay["reservation_code"] for stay in stays]
    double = next(code for code in codes if codes.count(code) == 2)
    rows = (await call("list_reservations", reservation_code=double))["items"]
    if not rows:
        day = next(stay["check_in_date"] for stay in stays if stay["reservation_code"] == double)
        period = {"start_check_in_date": day, "end_check_in_date": day}
        rows = (await call("list_reservations", reservation_code=double, **period))["items"]
    assert len({row["stay_code"] for row in rows}) == 2
    assert {row.get("reservation_code", row["stay_code"]) for row in rows} == {double}


async def test_a_listed_stay_has_its_own_price_not_that_of_its_order(call: Call, sandbox: Sandbox) -> None:
    period = {"start_check_in_date": ahead(-250), "end_check_in_date": ahead(200)}
    rows = await whole(call, "list_reservations", **period, limit=100)
    for row in rows:
        rate = sandbox.accounts.main.stays[row["stay_code"]]["rates"]["rate"]
        assert (row["amount"], row["currency"]) == (rate["amount"], rate["currency"])


async def test_availability_runs_say_the_same_as_the_days(call: Call, sandbox: Sandbox) -> None:
    ids = list(sandbox.accounts.main.properties)[:4]
    period = {"property_ids": ids, "start_date": ahead(0), "end_date": ahead(60)}
    runs = await whole(call, "list_availabilities", **period, limit=100)
    days = await whole(call, "list_availabilities", **period, detail="full", limit=100)
    spread = {
        (run["property_id"], (date.fromisoformat(run["start_date"]) + timedelta(days=step)).isoformat()): run[
            "available"
        ]
        for run in runs
        for step in range(
            (date.fromisoformat(run["end_date"]) - date.fromisoformat(run["start_date"])).days + 1
        )
    }
    assert spread == {(day["property_id"], day["date"]): day["available"] for day in days}
    assert len(days) == 61 * 4
    assert len(runs) < len(days) / 2


async def test_a_listing_calendar_has_the_prices_of_its_listing(call: Call, sandbox: Sandbox) -> None:
    (channel, listing), rates = next(
        (key, rate) for key, rate in sandbox.accounts.main.rates.items() if key[0] == "airbnb"
    )
    keys = [{"channel_type": channel, "listing_id": listing}]
    period = {"start_date": ahead(1), "end_date": ahead(30)}
    days = await whole(call, "list_listing_calendars", listings=keys, **period, detail="full", limit=100)
    runs = await whole(call, "list_listing_calendars", listings=keys, **period, limit=100)
    assert len(days) == 30
    assert {day["price"] for day in days} == {run["price"] for run in runs}
    for day, price in rates.prices.items():
        if ahead(1) <= day.isoformat() <= ahead(30):
            assert next(row["price"] for row in days if row["date"] == day.isoformat()) == price


@pytest.mark.parametrize("arguments", [{}, {"property_id": 1, "room_type_id": 2}])
async def test_ratios_want_exactly_one_owner(call: Call, arguments: dict[str, Any]) -> None:
    error = (await call("get_pricing_ratios", **arguments))["error"]
    assert error["fields"][0]["problem"] == "give exactly one of property_id and room_type_id"


def longest_thread(sandbox: Sandbox) -> Mapping[str, Any]:
    return max(sandbox.accounts.main.conversations.values(), key=lambda thread: len(thread["messages"]))


async def test_a_thread_of_108_messages_is_read_back_to_its_beginning(call: Call, sandbox: Sandbox) -> None:
    thread = longest_thread(sandbox)
    seen: list[str] = []
    answer = await call("get_conversation", conversation_id=thread["id"], last_n=25)
    assert answer["earlier"] == 108 - 25
    while True:
        seen = [message["id"] for message in answer["messages"]] + seen
        if not answer["earlier"]:
            break
        first = answer["messages"][0]["id"]
        answer = await call("get_conversation", conversation_id=thread["id"], last_n=25, before=first)
    assert seen == [message["id"] for message in reversed(thread["messages"])]


async def test_a_whole_long_thread_fits_into_one_answer_or_says_what_is_missing(
    call: Call, sandbox: Sandbox
) -> None:
    answer = await call("get_conversation", conversation_id=longest_thread(sandbox)["id"], last_n=200)
    assert len(answer["messages"]) == 108 or answer["truncated"]


async def test_messages_are_labelled_and_only_outsiders_text_is_fenced(call: Call, sandbox: Sandbox) -> None:
    authors: set[str] = set()
    for thread in sandbox.accounts.main.conversations:
        answer = await call("get_conversation", conversation_id=thread, last_n=50)
        for message in answer["messages"]:
            authors.add(message["author"])
            fenced = message.get("content", "").startswith("<guest-")
            assert fenced is (message["author"] in ("guest", "system") and bool(message.get("content")))
    assert authors == {"guest", "team", "assistant", "automation", "system"}


async def test_a_wrong_message_id_is_refused(call: Call, sandbox: Sandbox) -> None:
    thread = longest_thread(sandbox)["id"]
    error = (await call("get_conversation", conversation_id=thread, before="nope"))["error"]
    assert error["fields"] == [{"field": "before", "problem": "is not the id of a message in this thread"}]


async def test_a_thread_is_found_by_the_guests_name(call: Call, sandbox: Sandbox) -> None:
    thread = longest_thread(sandbox)
    answer = await call("list_conversations", guest_name=thread["guest"]["name"].upper())
    assert thread["id"] in [row["id"] for row in answer["items"]]


async def test_a_thread_found_by_name_says_whether_the_guest_a_template_or_a_person_wrote_last(
    call: Call, sandbox: Sandbox
) -> None:
    told: dict[str, str | None] = {}
    for name in ("Chidi Template", "Inês Exemplar", "Noah Dummy"):
        (row,) = (await call("list_conversations", guest_name=name))["items"]
        told[name] = row["last_word"]
    assert told == {"Chidi Template": "automation", "Inês Exemplar": "guest", "Noah Dummy": "team"}
    sandbox.faults.add("drop_before", operation="GET /conversations/{conversation_id}", times=9)
    (row,) = (await call("list_conversations", guest_name="Chidi Template"))["items"]
    assert "last_word" not in row


async def test_every_conversation_is_listed_once(call: Call, sandbox: Sandbox) -> None:
    rows = await whole(call, "list_conversations", limit=20)
    assert sorted(row["id"] for row in rows) == sorted(sandbox.accounts.main.conversations)


async def test_transactions_of_more_than_a_year_are_whole(call: Call, sandbox: Sandbox) -> None:
    rows = await whole(call, "list_transactions", start_date=ahead(-500), end_date=ahead(300), limit=90)
    assert sorted(row["id"] for row in rows) == sorted(sandbox.accounts.main.transactions)


async def test_transactions_need_a_period_or_an_id(call: Call, sandbox: Sandbox) -> None:
    error = (await call("list_transactions"))["error"]
    assert [field["field"] for field in error["fields"]] == ["start_date", "end_date"]
    wanted = next(iter(sandbox.accounts.main.transactions))
    assert [row["id"] for row in (await call("list_transactions", id=wanted))["items"]] == [wanted]


async def test_reviews_of_the_last_months_say_which_dates_they_cover(call: Call) -> None:
    answer = await call("list_reviews")
    assert answer["returned"] > 0
    assert answer["notes"][0].startswith("No dates given: check-outs from ")


async def test_reviews_of_a_long_period_are_whole(call: Call, sandbox: Sandbox) -> None:
    period = {"start_check_out_date": ahead(-400), "end_check_out_date": ahead(0)}
    statuses = ("reviewed", "pending_host_review", "pending_guest_review")
    rows = [
        row
        for status in statuses
        for row in await whole(call, "list_reviews", review_status=status, **period)
    ]
    assert sorted({row["reservation_code"] for row in rows}) == sorted(sandbox.accounts.main.reviews)


async def test_dictionaries_come_whole_with_the_real_id_zero(call: Call) -> None:
    items = await whole(call, "list_expense_items")
    assert len(items) == 13
    assert 0 in [row["id"] for row in items]


# Rows of list_changes are this server's own records, of which a fresh one has none.
LISTS = [name for name in CATALOGUE if name.startswith("list_") and name != "list_changes"]


@pytest.mark.parametrize("name", LISTS)
async def test_a_brief_row_holds_what_its_schema_declares_and_is_light(
    name: str, call: Call, sandbox: Sandbox
) -> None:
    from tests.support.encoding import ENCODING

    answer = await call(name, **sample(name, sandbox.accounts.main, TODAY))
    schema = dict(CATALOGUE[name].output_schema["properties"]["items"]["items"])
    if name != "list_listing_calendars":
        schema["additionalProperties"] = False
    assert answer["items"]
    costs: list[int] = []
    for row in answer["items"]:
        jsonschema.validate(row, schema)
        costs.append(len(ENCODING.encode(" | ".join(str(value) for value in row.values()))))
    long = ("list_reviews", "list_webhooks", "list_property_groups", "list_tags", "list_guests_waiting")
    if name not in long:
        assert sum(costs) / len(costs) <= 60


@pytest.mark.parametrize("name", LISTS)
async def test_full_detail_holds_everything_brief_has_a_place_for(
    name: str, call: Call, sandbox: Sandbox
) -> None:
    answer = await call(name, detail="full", **sample(name, sandbox.accounts.main, TODAY))
    assert answer["items"]
    assert None not in [value for row in answer["items"] for value in row.values()]


async def test_an_account_without_anything_answers_empty_lists(sandbox: Sandbox) -> None:
    from typing import cast

    import httpx2

    from hostex_mcp.api import HostexClient
    from hostex_mcp.sandbox import EMPTY
    from hostex_mcp.server.engine import Engine
    from hostex_mcp.toolkit.context import Context
    from hostex_mcp.tools.selection import select

    transport = httpx2.ASGITransport(app=sandbox.app)
    reachable = select(["all"])
    async with HostexClient(EMPTY, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        engine = Engine(reachable, Context(client, reachable.reachable, now=Clock()))
        for name in (
            "list_properties",
            "list_reservations",
            "list_conversations",
            "list_reviews",
            "list_tasks",
        ):
            answer = cast("Any", await engine.call(name, {})).structured_content
            assert (answer["items"], answer["returned"], answer["truncated"]) == ([], 0, False)
