"""What models that are not tidy send: lists and objects as JSON text, numbers as text, one value for a list,
and every optional argument filled with something empty. Each call must send what the tidy one sends."""

import json
from collections.abc import Mapping
from typing import Any, cast

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import CONFIRMING_PARAMETERS
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.every_write import LOFT, every_write
from tests.support.previewing import demo_sandbox
from tests.tools.every_read import every_read

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

Row = dict[str, Any]
Sent = list[tuple[str, str, Row, Row, Any]]

_ACCOUNT = demo_sandbox().accounts.main
CALLS = {**every_read(_ACCOUNT), **every_write(_ACCOUNT)}
# A booking without a reference of its own gets a random one.
CALLS["create_reservation"]["channel_id"] = "REF1"
OPTIONAL = [
    (tool.name, name) for tool in CATALOGUE.values() for name in tool.hints if name not in tool.required
]
ZERO_IS_A_VALUE = {
    *(("update_airbnb_price_and_rules", name) for name in ("cleaning_fee", "pet_fee", "extra_guest_fee")),
    *(("update_airbnb_price_and_rules", name) for name in ("security_deposit", "advance_notice")),
    *(("update_airbnb_price_and_rules", name) for name in ("preparation_time", "availability_window")),
    ("update_airbnb_price_and_rules", "check_out_before"),
    *(("update_vrbo_price_and_rules", name) for name in ("advance_notice", "availability_window")),
    *(("update_reservation_basic", name) for name in ("rate_amount", "commission_amount")),
    ("update_reservation_checkin_details", "deposit"),
    *(("send_special_offer", f"number_of_{name}") for name in ("children", "infants", "pets")),
    ("create_task", "fee"),
    ("update_task", "fee"),
    ("update_transaction", "item_id"),
    ("find_available_properties", "flexible_days"),
    ("check_calendar_conflicts", "tolerance_percent"),
    ("check_stay_extension", "cleaning_hours"),
    ("find_offers", "cleaning_hours"),
}


def test_every_tool_is_tried() -> None:
    assert CALLS.keys() | {"call_write_tool"} == CATALOGUE.keys()


@pytest.mark.parametrize("empty", ["", "  ", [], {}, None], ids=repr)
@pytest.mark.parametrize(("tool", "argument"), OPTIONAL, ids=lambda value: str(value))
def test_an_empty_optional_argument_is_one_not_given(tool: str, argument: str, empty: object) -> None:
    assert CATALOGUE[tool].interpret({argument: empty}) == {}


@pytest.mark.parametrize("zero", [0, 0.0])
def test_zero_is_a_value_where_the_range_includes_it_and_nothing_else(zero: float) -> None:
    for tool, argument in OPTIONAL:
        kept = CATALOGUE[tool].interpret({argument: zero})
        if schema(tool, argument).get("type") == "boolean":
            continue
        assert (argument in kept) is ((tool, argument) in ZERO_IS_A_VALUE), (tool, argument)


def schema(tool: str, argument: str) -> Mapping[str, Any]:
    # A token or the id of a change is a text; which of them is declared, the setting decides.
    declared: Mapping[str, Any] = CATALOGUE[tool].input_schema["properties"]
    return {"type": "string"} if argument in CONFIRMING_PARAMETERS else declared[argument]


def empties(tool: str) -> Row:
    """What a model that fills everything puts into each optional argument, by its declared type."""
    filled: Row = {}
    for name in CATALOGUE[tool].hints:
        if (tool, name) in ZERO_IS_A_VALUE or name in CALLS[tool]:
            continue
        kinds: Row = {"string": "", "integer": 0, "number": 0, "array": [], "object": {}, "boolean": None}
        filled[name] = kinds.get(str(schema(tool, name).get("type")), "")
    return filled


def as_text(value: Any) -> Any:
    """Numbers in a value as text, objects and lists whole as JSON text."""
    if isinstance(value, list | dict):
        return json.dumps(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def members_as_text(value: Any) -> Any:
    """Each object inside a list as JSON text."""
    if isinstance(value, list):
        return [as_text(member) for member in cast("list[Any]", value)]
    return as_text(value)


async def outcome(tool: str, arguments: Row) -> tuple[Sent, Any]:
    """What a call sends to Hostex, and how it ends; on a fresh account, where nobody is asked."""
    sandbox = demo_sandbox()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        selection = select(["all"])
        engine = Engine(selection, Context(client, selection.reachable, now=Clock(), pause=_never), "off")
        answer = cast("Any", await engine.call(tool, arguments)).structured_content
    sent: Sent = [
        (request.method, request.path, request.path_params, request.query, request.body)
        for request in sandbox.log
    ]
    ended = answer["status"] if "status" in answer and CATALOGUE[tool].writes else "read"
    return sorted(sent, key=repr), answer.get("error") or ended


async def _never(seconds: float) -> None:
    return None


# Coverage would make them half as slow again, and the tools have tests of their own.
@pytest.mark.no_cover
@pytest.mark.parametrize("tool", CALLS)
async def test_an_untidy_call_sends_what_the_tidy_one_sends(tool: str) -> None:
    tidy = CALLS[tool]
    sent, ended = await outcome(tool, tidy)
    assert ended in ("read", "done"), ended
    ways: list[Row] = [
        {name: as_text(value) for name, value in tidy.items()},
        {name: members_as_text(value) for name, value in tidy.items()},
        {**empties(tool), **tidy},
        {**tidy, **dict.fromkeys(empties(tool), None)},
    ]
    # A call that is to be written in one way only is made once.
    for untidy in {repr(way): way for way in ways if repr(way) != repr(tidy)}.values():
        assert await outcome(tool, untidy) == (sent, ended), untidy


@pytest.mark.no_cover
@pytest.mark.parametrize("tool", [name for name, tool in CATALOGUE.items() if tool.writes])
async def test_no_write_clears_anything_without_being_told_by_name(tool: str) -> None:
    needed = {*CATALOGUE[tool].required, "channel_id"}
    required = {name: value for name, value in CALLS[tool].items() if name in needed}
    plain = await outcome(tool, required)
    fills: list[Any] = ["", 0, [], {}, None]
    for fill in fills:
        filled: Row = {
            name: fill
            for name in CATALOGUE[tool].hints
            if name not in required
            and (fill != 0 or isinstance(fill, list | dict | str) or (tool, name) not in ZERO_IS_A_VALUE)
            and schema(tool, name).get("type") != "boolean"
        }
        assert await outcome(tool, {**filled, **required}) == plain, fill


def test_one_value_stands_for_a_list_of_it() -> None:
    bind = CATALOGUE["list_knowledge_bases"].bind
    meant = CATALOGUE["list_knowledge_bases"].interpret
    for value in (LOFT, str(LOFT), [LOFT], f"[{LOFT}]", f'["{LOFT}"]'):
        assert [int(id) for id in bind(meant({"property_ids": value}))["property_ids"]] == [LOFT]
    for several in ("101, 102", "101;102", "101,102,", ["101,102"], '["101, 102"]'):
        assert meant({"property_ids": several}) == {"property_ids": ["101", "102"]}
    assert meant({"property_ids": "Harbour, Loft"}) == {"property_ids": ["Harbour, Loft"]}


@pytest.mark.parametrize("empty", ["null", "None", "undefined", " NULL ", "n/a", "[]", "{}", '""', "''"])
def test_a_word_for_nothing_is_nothing_but_in_a_text_of_a_persons_own(empty: str) -> None:
    for name in ("cursor", "status", "start_date", "property_id", "staff_id", "limit", "detail"):
        assert CATALOGUE["list_tasks"].interpret({name: empty}) == {}
    for name in ("channel_type", "reservation_code", "listing_id", "currency", "property_ids", "verify"):
        holders = [tool for tool, held in OPTIONAL if held == name]
        assert holders
        # "None" of the properties is not all of them, which is what a list that is not given stands for.
        is_none = name == "property_ids" and empty in ("None", "n/a")
        for tool in holders:
            assert CATALOGUE[tool].interpret({name: empty}) == ({name: [empty]} if is_none else {})
    note = {"id": 5601, "note": empty, "name": empty}
    assert CATALOGUE["update_staff"].interpret(note) == note
    assert "reservation_code" in CATALOGUE["cancel_reservation"].interpret({"reservation_code": empty})


@pytest.mark.parametrize(
    ("tool", "argument", "untidy", "tidy"),
    [
        ("list_tasks", "status", "In Progress", "in_progress"),
        ("list_tasks", "status", " CANCELLED ", "cancelled"),
        ("update_reservation_stay_status", "stay_status", "in-house", "in_house"),
        ("create_property_tag", "color", "#f3d432", "#F3D432"),
        ("list_properties", "reveal", "WiFi", ["wifi"]),
        (
            "create_webhook",
            "events",
            "Message created; review_created",
            ["message_created", "review_created"],
        ),
        ("update_availabilities", "available", " false ", "false"),
        ("find_available_properties", "check_in_date", " 2026-12-24\n", "2026-12-24"),
        ("find_available_properties", "check_in_date", "2026-12-24T00:00:00", "2026-12-24"),
        ("find_available_properties", "check_in_date", "2026-12-24 00:00", "2026-12-24"),
        ("list_reservations", "reservation_code", " 5-A, B", "5-A, B"),
        ("update_staff", "id", "# 5601", "5601"),
        ("list_automation_actions", "channel_types", "Airbnb, Vrbo", ["Airbnb", "Vrbo"]),
        ("send_message", "message", " In Progress ", " In Progress "),
    ],
)
def test_a_value_in_another_spelling_is_read(tool: str, argument: str, untidy: Any, tidy: Any) -> None:
    assert CATALOGUE[tool].interpret({argument: untidy}) == {argument: tidy}


@pytest.mark.parametrize(
    "day",
    [
        *("2026-12-24T00:00:00Z", "2026-12-24T22:00:00.000Z", "2026-12-24T15:00:00+02:00", "24 Dec 2026"),
        *("12/24/2026", "24.12.2026", "20261224", 20261224, "tomorrow", "2026-12-4"),
        "\uff12\uff10\uff12\uff16-12-24",
    ],
)
def test_a_day_that_would_have_to_be_guessed_is_refused_with_the_form_to_use(day: object) -> None:
    tool = CATALOGUE["find_available_properties"]
    with pytest.raises(InvalidArguments, match="check_in_date: must be a date written YYYY-MM-DD"):
        tool.bind(tool.interpret({"check_in_date": day, "check_out_date": "2026-12-28"}))


def test_a_text_argument_that_holds_json_stays_text() -> None:
    for text in ("[101,102]", '{"a": 1}', "null", "0"):
        assert CATALOGUE["send_message"].interpret({"message": text}) == {"message": text}
    fields = {"custom_fields": {"a": "[1]", "b": '{"c": 2}'}}
    assert CATALOGUE["update_reservation_custom_fields"].interpret(fields) == fields


def test_a_required_argument_that_is_empty_is_missing() -> None:
    for tool in CATALOGUE.values():
        for name in tool.required:
            with pytest.raises(InvalidArguments) as refused:
                tool.bind(tool.interpret({name: ""}))
            assert (name, "is required") in {
                (problem.field, problem.problem) for problem in refused.value.problems
            }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=25, deadline=None)
@given(value=JSON, wrapped=st.booleans())
def test_any_value_is_read_or_refused_in_plain_words(value: Any, wrapped: bool) -> None:
    for tool in CATALOGUE.values():
        for name in tool.hints:
            try:
                tool.bind(tool.interpret({name: json.dumps(value) if wrapped else value}))
            except InvalidArguments as refused:
                told = str(refused)
                assert not any(word in told for word in ("Input should", "Value error", "valid string"))
