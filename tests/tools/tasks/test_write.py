"""Tasks and staff changed through the engine, checked in the sandbox's own state."""

import copy
from typing import Any

import httpx2
import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock
from tests.support.engine import Call
from tests.support.previewing import cells, demo_sandbox, planned
from tests.support.requests_sent import refused, sent, take_back, written

pytestmark = pytest.mark.anyio

LOFT, VILLA, RITA = 20110001, 20110009, 5601
PUMP = 440002


async def test_a_task_takes_the_currency_of_the_property_when_none_is_given(
    call: Call, sandbox: Sandbox
) -> None:
    done = await call(
        "create_task",
        type="cleaning",
        expected_date="2027-01-05",
        expected_time="09:30",
        property_id="Harbour Loft",
        staff_id=RITA,
    )
    body = {
        "type": "cleaning",
        "expected_date": "2027-01-05",
        "expected_time": "09:30:00",
        "property_id": LOFT,
        "staff_id": RITA,
        "currency": "EUR",
    }
    assert sent(sandbox, "POST /tasks") == [body]
    names = {"property_title": "Harbour Loft", "staff_name": "Rita Modelo"}
    assert done["result"] == {"id": done["result"]["id"], **body, **names}
    await take_back(call, done)
    assert done["result"]["id"] not in sandbox.accounts.main.tasks


async def test_a_task_of_a_stay_takes_the_currency_of_the_property_of_that_stay(
    call: Call, sandbox: Sandbox
) -> None:
    account = sandbox.accounts.main
    stay = next(stay for stay in account.stays.values() if stay["property_id"] == LOFT)
    done = await call(
        "create_task", type="reception", expected_date="2027-01-05", stay_code=stay["stay_code"]
    )
    task = account.tasks[done["result"]["id"]]
    assert (task["stay_code"], task["property_id"], task["currency"]) == (stay["stay_code"], LOFT, "EUR")


async def test_a_task_of_the_account_needs_a_currency_where_several_are_in_use(
    call: Call, sandbox: Sandbox
) -> None:
    answer = await call("create_task", type="other", expected_date="2027-01-05")
    assert refused(answer) == {"currency"}
    assert "EUR, USD" in answer["error"]["fields"][0]["problem"]
    assert written(sandbox) == []
    done = await call("create_task", type="other", expected_date="2027-01-05", currency="usd", fee=12.5)
    task = sandbox.accounts.main.tasks[done["result"]["id"]]
    assert (task["currency"], task["fee"]) == ("USD", 12.5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "gardening"),
        ("expected_date", "tomorrow"),
        ("expected_time", "25:00"),
        ("expected_time", "noon"),
        ("level", "deluxe"),
        ("fee", -1),
        ("fee", True),
        ("currency", "euro"),
        ("note", "x" * 501),
        ("assignee", 5601),
    ],
)
async def test_a_task_with_a_value_that_does_not_fit_is_refused(
    call: Call, sandbox: Sandbox, name: str, value: object
) -> None:
    arguments: dict[str, object] = {"type": "cleaning", "expected_date": "2027-01-05", "currency": "EUR"}
    assert refused(await call("create_task", **(arguments | {name: value}))) == {name}
    assert written(sandbox) == []


async def test_a_task_is_changed_in_what_is_given_alone_and_restored(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(sandbox.accounts.main.tasks[PUMP])
    done = await call(
        "update_task",
        id=PUMP,
        status="completed",
        clear=["staff_id", "note"],
        fee=0,
        expected_date="2027-02-01",
    )
    task = sandbox.accounts.main.tasks[PUMP]
    assert (task["status"], task["staff_id"], task["note"], task["fee"]) == ("completed", None, "", 0)
    assert (task["expected_date"], task["expected_time"]) == ("2027-02-01", before["expected_time"])
    assert done["result"]["status"] == "completed"
    await take_back(call, done)
    assert sandbox.accounts.main.tasks[PUMP] | {"update_time": None} == before | {"update_time": None}


async def test_what_was_detached_comes_back_detached(call: Call, sandbox: Sandbox) -> None:
    task = next(task for task in sandbox.accounts.main.tasks.values() if task["property_id"] is None)
    done = await call("update_task", id=task["id"], property_id="Foz Beach Villa")
    assert sandbox.accounts.main.tasks[task["id"]]["property_id"] == VILLA
    assert done["undo"]["arguments"]["clear"] == ["property_id"]
    await take_back(call, done)
    assert sandbox.accounts.main.tasks[task["id"]]["property_id"] is None


async def test_a_time_that_was_not_there_cannot_be_taken_back(call: Call, sandbox: Sandbox) -> None:
    task = next(task for task in sandbox.accounts.main.tasks.values() if task["expected_time"] is None)
    done = await call("update_task", id=task["id"], expected_time="10:00:30")
    assert sandbox.accounts.main.tasks[task["id"]]["expected_time"] == "10:00:30"
    assert done["undo"] is None


async def test_a_change_of_nothing_is_refused_before_anything_is_read(call: Call, sandbox: Sandbox) -> None:
    assert "status" in refused(await call("update_task", id=PUMP))
    assert "mobile" in refused(await call("update_staff", id=RITA))
    assert sandbox.log == []


async def test_a_deleted_task_is_told_and_gone(call: Call, sandbox: Sandbox) -> None:
    done = await call("delete_task", id=PUMP)
    assert done["result"]["note"] == "Pool pump is loud"
    assert done["result"]["property_title"] == "Foz Beach Villa"
    assert done["undo"] is None
    assert PUMP not in sandbox.accounts.main.tasks


@pytest.mark.parametrize(
    ("tool", "more"), [("update_task", {"note": "x"}), ("delete_task", {}), ("delete_staff", {})]
)
async def test_an_unknown_id_is_not_found_and_nothing_is_sent(
    call: Call, sandbox: Sandbox, tool: str, more: dict[str, Any]
) -> None:
    assert (await call(tool, id=1, **more))["error"]["kind"] == "not_found"
    assert written(sandbox) == []


async def test_a_staff_member_is_added_for_all_properties_unless_some_are_named(
    call: Call, sandbox: Sandbox
) -> None:
    everywhere = await call("create_staff", name="Nuno Teste", mobile="+351 900000222")
    assert sent(sandbox, "POST /staffs") == [{"name": "Nuno Teste", "mobile": "+351 900000222"}]
    some = await call(
        "create_staff", name="Eva Teste", mobile="+351 900000223", property_ids=["Harbour Loft"]
    )
    staff = sandbox.accounts.main.staff
    assert staff[everywhere["result"]["id"]]["_property_ids"] is None
    assert staff[some["result"]["id"]]["_property_ids"] == [LOFT]
    await take_back(call, some)
    assert some["result"]["id"] not in staff


async def test_a_staff_member_is_changed_and_restored(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(sandbox.accounts.main.staff[RITA])
    done = await call("update_staff", id=RITA, mobile="+351 900000999", clear=["email"], is_active=False)
    now = sandbox.accounts.main.staff[RITA]
    assert (now["mobile"], now["email"], now["is_active"]) == ("+351 900000999", "", False)
    await take_back(call, done)
    assert sandbox.accounts.main.staff[RITA] == before


async def test_assigned_properties_are_replaced_whole_without_a_way_back(
    call: Call, sandbox: Sandbox
) -> None:
    done = await call("update_staff", id=RITA, note="Porto now", property_ids=[VILLA])
    assert sandbox.accounts.main.staff[RITA]["_property_ids"] == [VILLA]
    assert done["undo"] is None


async def test_a_hidden_phone_number_is_in_no_undo_and_no_result(client: HostexClient) -> None:
    selection = select(["all"])
    engine = Engine(selection, Context(client, selection.reachable, privacy="strict", now=Clock()), "off")
    changed = await engine.call("update_staff", {"id": RITA, "mobile": "+351 900000999"})
    renamed = await engine.call("update_staff", {"id": RITA, "name": "Rita M."})
    answer = await engine.call("delete_staff", {"id": 5602})
    assert "900000101" not in changed.model_dump_json()
    assert "900000102" not in answer.model_dump_json()
    assert "Rita Modelo" in renamed.model_dump_json()


async def test_deleting_a_staff_member_leaves_their_tasks_without_one(call: Call, sandbox: Sandbox) -> None:
    done = await call("delete_staff", id=RITA)
    assert done["result"]["name"] == "Rita Modelo"
    assert RITA not in sandbox.accounts.main.staff
    assert all(task["staff_id"] != RITA for task in sandbox.accounts.main.tasks.values())


@pytest.mark.parametrize(
    ("tool", "arguments", "summary", "rows"),
    [
        (
            "create_task",
            {"type": "room_service", "expected_date": "2027-01-05", "property_id": LOFT, "staff_id": RITA},
            "Create the task room service, Harbour Loft, Tue 5 Jan 2027",
            {
                "type": (None, "room_service"),
                "expected_date": (None, "2027-01-05"),
                "currency": (None, "EUR"),
                "property": (None, "Harbour Loft"),
                "staff_name": (None, "Rita Modelo"),
            },
        ),
        (
            "update_task",
            {"id": PUMP, "property_id": LOFT, "fee": 33, "currency": "USD", "clear": ["staff_id"]},
            "Change the task maintenance, Foz Beach Villa, Wed 25 Nov 2026, 09:00",
            {
                "fee": ("€140", "$33"),
                "currency": ("EUR", "USD"),
                "property": ("Foz Beach Villa", "Harbour Loft"),
                "staff_name": ("Beatriz Ensaio", "not set"),
            },
        ),
    ],
)
async def test_tasks_are_previewed_with_names_and_money(
    tool: str, arguments: dict[str, Any], summary: str, rows: dict[str, Any]
) -> None:
    transport = httpx2.ASGITransport(app=demo_sandbox().app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        view = await planned(client, tool, arguments)
    assert (view.summary, cells({"changes": view.changes})) == (summary, rows)


async def test_no_property_is_not_every_property(call: Call, sandbox: Sandbox) -> None:
    person = {"name": "Nuno Teste", "mobile": "+351 900000222"}
    assert refused(await call("create_staff", **person, property_ids=["none"])) == {"property_ids"}
