"""No field of an answer makes it unreadable, whatever is in it; what means nothing without it is left out and
named."""

import json
from typing import Any, cast

import pytest
from pydantic import BaseModel

from hostex_mcp.api import ListEndpoint, Unread, unread
from hostex_mcp.api import Operation as Declared
from tests.contract.description import OPERATIONS, Operation
from tests.contract.mangling import (
    MEMBER,
    MISSING,
    WRONG,
    Row,
    answering,
    mangled,
    paths,
    row_fields,
    rows_key,
    whole,
)
from tests.contract.test_client_contract import DECLARED
from tests.support.hostex import script

# What is tried in every form here has tests of its own, which coverage counts.
pytestmark = [pytest.mark.anyio, pytest.mark.no_cover]

READ = [
    operation
    for operation in OPERATIONS.values()
    if not operation.writes
    and operation.answer is not None
    and operation.path != "/reservations/{stay_code}/custom_fields"
]
LISTS = [operation for operation in READ if rows_key(operation)]
OBJECTS = [operation for operation in READ if not rows_key(operation)]

NEEDED: dict[str, set[str]] = {
    "GET /properties": {"id"},
    "GET /groups": {"id", "property_ids"},
    "GET /tags": {"id", "property_ids", "room_type_ids"},
    "GET /room_types": {"id", "properties", "properties.id"},
    "GET /availabilities": {"id"},
    "POST /listings/calendar": {"channel_type", "listing_id"},
    "GET /calendar_share_links": {"id", "property_ids"},
    "GET /reservations": {
        "reservation_code",
        "stay_code",
        "property_id",
        "check_in_date",
        "check_out_date",
        "status",
    },
    "GET /custom_channels": {"id"},
    "GET /reservation_tags": {"id"},
    "GET /conversations": {"id"},
    "GET /reviews": {"reservation_code", "property_id", "check_in_date", "check_out_date"},
    "GET /tasks": {"id", "property_id"},
    "GET /staffs": {"id"},
    "GET /transactions": {"id", "direction", "amount", "currency", "property_id"},
    "GET /income_items": {"id"},
    "GET /expense_items": {"id"},
    "GET /income_methods": {"id"},
    "GET /expense_methods": {"id"},
    "GET /knowledge_bases": {"id", "scope_property.ids"},
    "GET /automation/actions": {"id", "property_id"},
    "GET /webhooks": {"id", "events"},
}


async def read(operation: Operation, rows: list[Row]) -> list[BaseModel]:
    """What the client makes of a list of these rows."""
    key = rows_key(operation)
    client = script(answering({key: rows, "total": len(rows)})).client()
    declared = DECLARED[operation.name]
    if isinstance(declared, ListEndpoint):
        page = await client.page(declared, path={"conversation_id": "x"})
        assert page.end == len(rows)
        return page.items
    return await client.call(declared, path={"conversation_id": "x"}, body={})


def fits_json(value: BaseModel) -> bool:
    """Whether it can be sent on as JSON in UTF-8."""
    return bool(json.dumps(value.model_dump(mode="json"), allow_nan=False, ensure_ascii=False).encode())


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.name)
async def test_a_wrong_value_in_a_field_of_a_row_costs_no_other_row(operation: Operation) -> None:
    good = whole(operation)
    (sound,) = await read(operation, [good])
    needed = set[str]()
    for path in paths(row_fields(operation)):
        rows = [good, *(mangled(good, path, value) for value in WRONG.values()), good]
        with unread() as lacking:
            items = await read(operation, rows)
        assert items[0] == items[-1] == sound
        assert all(map(fits_json, items)), path
        lost = sum(map(len, lacking.left_out.values()))
        assert len(items) >= len(rows) - 2 * len(WRONG) * bool(lost)
        assert bool(lost) == any(is_out for (_, is_out) in lacking.fields), path
        needed |= _missed(lacking)
    assert needed <= NEEDED.get(operation.name, set())


def _missed(lacking: Unread) -> set[str]:
    return {name for (_, left_out), names in lacking.fields.items() if left_out for name in names}


@pytest.mark.parametrize("operation", OBJECTS, ids=lambda operation: operation.name)
async def test_a_wrong_value_in_a_field_of_an_object_costs_no_other_field(operation: Operation) -> None:
    good = whole(operation)
    declared = cast("Declared[Any]", DECLARED[operation.name])
    for path in paths(row_fields(operation)):
        if path[0] in ("contents", "scope_property", "id") and operation.path.startswith("/knowledge"):
            continue
        for value in WRONG.values():
            client = script(answering(mangled(good, path, value))).client()
            assert fits_json(await client.call(declared, path={"conversation_id": "x", "id": 1}))


async def test_a_row_that_means_nothing_without_a_field_is_counted_and_the_field_named() -> None:
    operation = OPERATIONS["GET /reservations"]
    good = whole(operation)
    rows = [good, mangled(good, ("check_in_date",), "soon"), mangled(good, ("status",), MISSING)]
    with unread() as lacking:
        assert len(await read(operation, rows)) == 1
    assert lacking.notes() == [
        "2 of the reservations could not be read and are left out, "
        "for what Hostex sent as check_in_date, status."
    ]


async def test_a_row_without_a_field_that_it_can_do_without_says_so() -> None:
    operation = OPERATIONS["GET /reservations"]
    good = whole(operation)
    rows = [good, mangled(good, ("rates", "rate", "amount"), "many"), mangled(good, ("tags", MEMBER), {})]
    with unread() as lacking:
        assert len(await read(operation, rows)) == 3
    assert lacking.notes() == [
        "In 2 of the reservations, "
        "what Hostex sent as rates.rate.amount, tags could not be read and is left out."
    ]
