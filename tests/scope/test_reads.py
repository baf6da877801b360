"""Reads through a scope: all of what is served, each once, and nothing of what is not."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.messaging import LIST_CONVERSATIONS
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.scope import OutOfScope, ScopedClient
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.scope.scoping import GARDEN, LOFT, OTHER, RIBEIRA, ROOM_1, ROOM_2, SERVED, Row, first, scoped_call
from tests.support.clock import TODAY, ahead
from tests.support.engine import Call
from tests.tools.sample_calls import sample

pytestmark = pytest.mark.anyio

POISON = "Belladonna"
MIXED_THREAD = "2-2200000028-thr028"


PERIOD = {"start_date": ahead(-300), "end_date": ahead(300)}
CHECK_OUTS = {"start_check_out_date": ahead(-300), "end_check_out_date": ahead(300)}
WEEK = {"start_date": ahead(0), "end_date": ahead(6)}
ARGUMENTS: dict[str, list[Row]] = {
    "list_availabilities": [{"property_ids": list(SERVED), **WEEK}],
    "list_listing_calendars": [
        {"listings": [{"channel_type": "airbnb", "listing_id": "900000000000000101"}], **WEEK}
    ],
    "get_pricing_ratios": [{"property_id": LOFT}],
    "get_airbnb_price_and_rules": [{"listing_id": "900000000000000101"}],
    "get_vrbo_price_and_rules": [{"listing_id": "vr-3001"}],
    "list_reservations": [CHECK_OUTS, {}],
    "get_reservation_custom_fields": [{"stay_code": "0-HMDEMO0005-ine005"}],
    "list_conversations": [{}, {"guest_name": "a"}, {"guest_name": POISON}],
    "get_conversation": [{"conversation_id": "0-2200000900-inq001"}],
    "list_special_offers": [{"conversation_id": "0-2200000901-inq002"}],
    "list_reviews": [
        {"review_status": status, **CHECK_OUTS}
        for status in ("reviewed", "pending_host_review", "pending_guest_review")
    ],
    "list_tasks": [{}, PERIOD],
    "list_transactions": [PERIOD],
    "list_automation_actions": [{"type": "message"}, {"type": "review"}],
    "get_knowledge_base": [{"id": id} for id in (8801, 8802, 8803, 8804)],
    "get_stay": [
        {"stay_code": "0-HMDEMO0005-ine005"},
        {"guest_name": "Exemplar", "date": ahead(1)},
        {"guest_name": "Voorbeeld"},
    ],
    "find_guest": [{"guest_name": "Exemplar"}, {"guest_name": POISON}, {"phone": "900000005", "years": 3}],
    "get_inbox": [{}, {"days": 180}],
    "search_messages": [{"words": "check-in", "since": ahead(-300)}, {"words": POISON}],
    "get_daily_briefing": [{}, {"date": ahead(1)}, {"property_ids": [LOFT]}],
    "list_guests_waiting": [{}, {"days": 180}],
    "check_stay_extension": [{"stay_code": "0-HMDEMO0005-ine005", "check_out_date": ahead(6)}],
    "find_available_properties": [{"check_in_date": ahead(40), "check_out_date": ahead(44)}],
    "get_pace": [{"by": by} for by in ("month", "property", "channel")],
    "get_performance": [
        {"start_date": ahead(-30), "end_date": ahead(30), "by": by} for by in ("property", "channel")
    ],
    "list_properties": [{}, {"name": "room"}, {"name": "Ribeira Vew"}, {"group_id": 7102}],
}
READS = sorted(
    name
    for name, tool in CATALOGUE.items()
    if tool.effect is Effect.READ and tool.toolset not in ("core", "webhooks")
)


async def whole(call: Call, tool: str, **arguments: Any) -> list[Row]:
    """All rows of a list, following the cursor; none of its pages tells a total of more than it shows."""
    answer = await call(tool, limit=7, **arguments)
    rows = list(answer["items"])
    while "next_cursor" in answer:
        answer = await call(tool, cursor=answer["next_cursor"])
        rows += answer["items"]
    assert answer.get("total", len(rows)) <= len(rows)
    return rows


def properties_of(thread: Row) -> set[int | None]:
    """The properties that a thread is about, None for a stay that is not allocated."""
    places: list[Row] = [activity["property"] or {"id": None} for activity in thread["activities"]]
    return {place["id"] for place in places}


def served(account: SandboxAccount) -> SandboxAccount:
    """The account with no more than what is served, to take the arguments of a call from."""
    tables: Row = {
        name: {key: row for key, row in table.items() if row.get("property_id") in SERVED}
        for name, table in vars(account).items()
        if name in ("stays", "tasks", "transactions")
    }
    return replace(account, **tables)


def poisoned(account: SandboxAccount) -> SandboxAccount:
    """The account with a word in the texts about what is not served, which no other text has."""
    tables = (account.stays, account.transactions, account.tasks, account.automation_actions)
    for row in _others(row for table in tables for row in table.values()):
        texts = row.keys() & {"guest_name", "remarks", "note", "send_to"}
        row.update({name: f"{POISON} {name}" for name in texts})
    for row in account.conversations.values():
        if properties_of(row).isdisjoint(SERVED):
            row["guest"]["name"] = f"{POISON} Guest"
            row["messages"][0]["content"] = f"{POISON} check-in"
    for row in _others(row for row in account.reviews.values() if row["guest_review"]):
        row["guest_review"]["content"] = POISON
    for entry_id in (8805, 8806):
        account.knowledge_bases[entry_id]["title"] = POISON
    return account


def _others(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["property_id"] not in SERVED]


def marks(account: SandboxAccount) -> set[str]:
    """What tells that something is not served: ids, titles, listings and codes of other properties."""
    ours = {code for row in account.stays.values() if row["property_id"] in SERVED for code in _codes(row)}
    others = {
        code for row in account.stays.values() if row["property_id"] not in SERVED for code in _codes(row)
    }
    places = [account.properties[id] for id in OTHER]
    return {
        POISON,
        *(str(row["id"]) for row in places),
        *(row["title"] for row in places),
        *(link["listing_id"] for row in places for link in row["channels"]),
        *(others - ours),
        *(row["url"] for row in account.share_links.values()),
    }


def _codes(row: Row) -> list[str]:
    return [row["stay_code"], row["reservation_code"], *filter(None, [row["conversation_id"]])]


def marks_in(marks: Iterable[str], answer: Row) -> list[str]:
    text = json.dumps(answer, ensure_ascii=False)
    return [mark for mark in marks if mark in text]


@pytest.mark.parametrize("tool", READS)
async def test_no_answer_says_anything_of_other_properties(
    client: HostexClient, sandbox: Sandbox, tool: str
) -> None:
    call = scoped_call(client)
    secrets = marks(poisoned(sandbox.accounts.main))
    for arguments in ARGUMENTS.get(tool) or [sample(tool, served(sandbox.accounts.main), TODAY)]:
        for detail in ("brief", "full") if CATALOGUE[tool].paged else (None,):
            shape = {"detail": detail, "limit": 9} if detail else {}
            answer = await call(tool, **arguments, **shape)
            while answer:
                assert "error" not in answer, f"{tool}{arguments}: {answer}"
                assert marks_in(secrets, answer) == []
                token = answer.get("next_cursor")
                answer = await call(tool, cursor=token) if token else {}


@pytest.mark.parametrize(
    "tool", ["list_properties", "list_reservations", "list_conversations", "list_tasks", "list_transactions"]
)
async def test_the_marks_are_there_without_a_scope(sandbox: Sandbox, call: Call, tool: str) -> None:
    secrets = marks(poisoned(sandbox.accounts.main))
    answer = await call(tool, **ARGUMENTS[tool][0], limit=50, detail="full")
    assert len(marks_in(secrets, answer)) > 3


async def test_every_served_row_comes_once_over_all_pages(client: HostexClient, sandbox: Sandbox) -> None:
    account, call = sandbox.accounts.main, scoped_call(client)
    assert [row["id"] for row in await whole(call, "list_properties")] == list(SERVED)
    for tool, key, rows, arguments in (
        ("list_reservations", "stay_code", account.stays, CHECK_OUTS),
        ("list_tasks", "id", account.tasks, {}),
        ("list_transactions", "id", account.transactions, PERIOD),
    ):
        served = sorted(id for id, row in rows.items() if row["property_id"] in SERVED and _recent(row))
        assert len(served) > 15
        assert sorted(row[key] for row in await whole(call, tool, **arguments)) == served


def _recent(row: Row) -> bool:
    moment = row.get("check_out_date") or row.get("action_at")
    return moment is None or ahead(-300) <= moment[:10] <= ahead(300)


async def test_one_property_alone_is_served_the_same(client: HostexClient, sandbox: Sandbox) -> None:
    account, call = sandbox.accounts.main, scoped_call(client, RIBEIRA)
    assert [row["id"] for row in await whole(call, "list_properties")] == [RIBEIRA]
    stays = await whole(call, "list_reservations", **CHECK_OUTS)
    codes = [code for code, row in account.stays.items() if row["property_id"] == RIBEIRA and _recent(row)]
    assert sorted(row["stay_code"] for row in stays) == sorted(codes)
    queries = [entry.query for entry in sandbox.log if entry.path == "/reservations"]
    assert {query["property_id"] for query in queries} == {str(RIBEIRA)}


async def test_threads_are_those_of_served_properties(client: HostexClient, sandbox: Sandbox) -> None:
    rows = await whole(scoped_call(client), "list_conversations")
    threads = sandbox.accounts.main.conversations
    served = [id for id, row in threads.items() if properties_of(row) <= set(SERVED)]
    # This one names a served property in the list, though it is about another one too.
    assert sorted(row["id"] for row in rows) == sorted([*served, MIXED_THREAD])


async def test_threads_that_name_no_property_are_read_once_to_tell(
    client: HostexClient, sandbox: Sandbox
) -> None:
    scoped = ScopedClient(client, SERVED)
    await scoped.page(LIST_CONVERSATIONS)
    threads = sandbox.accounts.main.conversations.values()
    untitled = [row["id"] for row in threads if "_summary" in row or properties_of(row) == {None}]
    read = [entry.path_params["conversation_id"] for entry in sandbox.log if entry.path_params]
    assert sorted(read) == sorted(untitled)
    await scoped.page(LIST_CONVERSATIONS)
    assert len([entry for entry in sandbox.log if entry.path_params]) == len(untitled)


async def test_a_thread_that_names_no_property_is_refused(client: HostexClient, sandbox: Sandbox) -> None:
    thread = first(sandbox.accounts.main.conversations, lambda row: properties_of(row) == {None})
    answer = await scoped_call(client)("get_conversation", conversation_id=thread["id"])
    assert answer["error"]["kind"] == "blocked"


async def test_a_thread_about_another_property_too_is_refused(client: HostexClient) -> None:
    answer = await scoped_call(client)("get_conversation", conversation_id=MIXED_THREAD)
    assert answer["error"]["kind"] == "blocked"
    assert str(ROOM_2) not in json.dumps(answer)
    both = await scoped_call(client, ROOM_1, ROOM_2)("get_conversation", conversation_id=MIXED_THREAD)
    assert both["id"] == MIXED_THREAD


async def test_groups_tags_and_room_types_are_shown_without_others(client: HostexClient) -> None:
    call = scoped_call(client)
    groups = {row["id"]: row.get("property_ids", []) for row in await whole(call, "list_property_groups")}
    tags = {row["id"]: row for row in await whole(call, "list_tags")}
    (room_type,) = await whole(call, "list_room_types")
    lisbon = [id for id in SERVED if id != ROOM_1]
    assert groups == {7101: lisbon, 7102: [ROOM_1], 7104: []}
    assert sorted(tags) == [3301, 3303, 3304]
    assert tags[3303] == {
        "id": 3303,
        "name": "Shared entrance",
        "property_ids": [ROOM_1],
        "room_type_ids": [60501],
    }
    assert room_type == {"id": 60501, "title": "Douro Double Room", "property_ids": [ROOM_1]}


async def test_a_room_type_is_served_when_all_its_properties_are(client: HostexClient) -> None:
    half, whole_ = scoped_call(client), scoped_call(client, ROOM_1, ROOM_2)
    refused = await half("get_pricing_ratios", room_type_id=60501)
    ratios = await whole_("get_pricing_ratios", room_type_id=60501)
    assert refused["error"]["kind"] == "blocked"
    assert ratios["link_id"] == 60501
    assert [row["listing_id"] for row in await whole(whole_, "list_listings")] == ["55502010-220071"]


async def test_knowledge_is_seen_where_it_touches_what_is_served(client: HostexClient) -> None:
    call = scoped_call(client)
    rows = await whole(call, "list_knowledge_bases")
    assert [row["id"] for row in rows] == [8801, 8802, 8803, 8804]
    refused = await call("get_knowledge_base", id=8806)
    assert refused["error"]["kind"] == "blocked"
    pets = await scoped_call(client, GARDEN)("get_knowledge_base", id=8805)
    assert pets["scope_property"]["ids"] == [GARDEN]


async def test_what_belongs_to_no_property_stays_readable(client: HostexClient, call: Call) -> None:
    scoped = scoped_call(client)
    for tool in (
        "list_staffs",
        "list_channel_accounts",
        "list_reservation_tags",
        "list_custom_channels",
        "list_income_items",
        "list_expense_methods",
    ):
        assert await scoped(tool) == await call(tool)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_properties", {"id": RIBEIRA}),
        ("list_reservations", {"property_id": RIBEIRA}),
        ("list_availabilities", {"property_ids": [LOFT, RIBEIRA], **WEEK}),
        ("get_pricing_ratios", {"property_id": RIBEIRA}),
        ("list_knowledge_bases", {"property_ids": [RIBEIRA]}),
        ("list_automation_actions", {"type": "message", "property_ids": [RIBEIRA]}),
        ("get_airbnb_price_and_rules", {"listing_id": "900000000000000104"}),
        (
            "list_listing_calendars",
            {"listings": [{"channel_type": "vrbo", "listing_id": "vr-3004"}], **WEEK},
        ),
        ("get_reservation_custom_fields", {"stay_code": "0-HMDEMO0017-dog017"}),
        ("list_special_offers", {"conversation_id": MIXED_THREAD}),
        ("list_webhooks", {}),
    ],
)
async def test_a_read_that_reaches_beyond_is_blocked(client: HostexClient, tool: str, arguments: Row) -> None:
    error = (await scoped_call(client)(tool, **arguments))["error"]
    assert error["kind"] == "blocked"
    assert not error["retryable"]
    assert "Only the operator of this server can change that (HOSTEX_MCP_PROPERTY_IDS)." in error["hint"]


async def test_the_refusal_names_the_property_that_was_asked_for(client: HostexClient) -> None:
    error = (await scoped_call(client)("list_reservations", property_id=RIBEIRA))["error"]
    assert error["message"] == f"Property {RIBEIRA} is outside the properties that this server serves."
    assert f"property {RIBEIRA} is not among them" in error["hint"]
    assert [field["field"] for field in error["fields"]] == ["property_id"]


@pytest.mark.parametrize("title", ["Ribeira View Apartment", "Ribeira View Apartmen", "ribeira"])
async def test_titles_of_other_properties_cannot_be_learnt(client: HostexClient, title: str) -> None:
    call = scoped_call(client)
    by_title = await call("list_reservations", property_id=title)
    by_name = await call("list_properties", name=title)
    assert by_title["error"]["kind"] == "invalid_arguments"
    assert by_name["items"] == []
    for answer in (by_title, by_name):
        assert "Ribeira View" not in json.dumps(answer).replace(title, "")
        assert str(RIBEIRA) not in json.dumps(answer)


async def test_a_served_title_that_nearly_fits_is_still_suggested(client: HostexClient) -> None:
    answer = await scoped_call(client)("list_properties", name="harbor lofft")
    assert "Harbour Loft" in answer["notes"][0]


@pytest.mark.parametrize("tool", ["list_properties", "list_tasks", "list_listings", "list_tags"])
async def test_the_number_of_all_rows_is_not_told(client: HostexClient, call: Call, tool: str) -> None:
    assert "total" in await call(tool)
    assert "total" not in await scoped_call(client)(tool)


async def test_stays_that_are_not_allocated_are_not_shown(client: HostexClient, sandbox: Sandbox) -> None:
    loose = first(sandbox.accounts.main.stays, lambda row: row["property_id"] == 0)["reservation_code"]
    answer = await scoped_call(client)("list_reservations", reservation_code=loose)
    assert answer["error"]["kind"] == "not_found"


async def test_a_list_without_anything_served_for_thousands_of_rows_is_refused(
    client: HostexClient, sandbox: Sandbox
) -> None:
    tasks = sandbox.accounts.main.tasks
    task = first(tasks, lambda row: row["property_id"] == RIBEIRA)
    tasks.clear()
    tasks.update({id: {**task, "id": id} for id in range(1, 2102)})
    error = (await scoped_call(client)("list_tasks"))["error"]
    assert error["message"] == "None of 2000 consecutive rows belongs to a property that this server serves."
    assert len(sandbox.log) == 20


async def test_only_ids_of_the_account_are_served(client: HostexClient) -> None:
    page = await ScopedClient(client, [77]).page(LIST_PROPERTIES, query={"tag_id": 3301})
    assert (page.items, page.total, page.more) == ([], None, False)
    with pytest.raises(OutOfScope):
        await ScopedClient(client, [77]).page(LIST_PROPERTIES, query={"id": LOFT})
