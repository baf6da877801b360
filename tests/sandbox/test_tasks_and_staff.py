from typing import Any

import pytest

from hostex_mcp.sandbox.state import Row
from tests.support.world import ATTIC, LOFT, STUDIO, Api, add_stay

TASK = {"type": "cleaning", "expected_date": "2026-06-22", "currency": "EUR"}
RITA = {"name": "Rita Modelo", "mobile": "+351 900000009"}


def create(api: Api, **changes: Any) -> int:
    return api.data("POST /tasks", TASK | changes)["task_id"]


def task(api: Api, task_id: int) -> Row:
    [row] = api.data("GET /tasks", id=task_id)["tasks"]
    return row


def hire(api: Api, **changes: Any) -> int:
    return api.data("POST /staffs", RITA | changes)["staff_id"]


def test_a_task_shows_names_and_local_times(api: Api) -> None:
    staff_id = hire(api)
    row = task(api, create(api, property_id=LOFT, staff_id=staff_id, expected_time="11:30:00", note="Keys"))
    assert (row["property_title"], row["staff_name"], row["note"]) == (
        "Harbour Loft",
        "Rita Modelo",
        "Keys",
    )
    assert (row["expected"], row["create_time"]) == ("2026-06-22 11:30:00", "2026-06-15 13:00:00")
    assert (row["status"], row["level"], row["update_time"]) == ("pending", "standard", None)


def test_a_task_may_stand_alone(api: Api) -> None:
    row = task(api, create(api, type="other"))
    assert (row["property_id"], row["stay_code"], row["staff_id"], row["level"]) == (
        None,
        None,
        None,
        None,
    )
    assert row["expected"] == "2026-06-22 00:00:00"


def test_a_stay_brings_its_property_and_refuses_another(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    assert task(api, create(api, stay_code="0-1-a"))["property_id"] == LOFT
    assert task(api, create(api, stay_code="0-1-a", property_id=LOFT))["stay_code"] == "0-1-a"
    assert api.refusal("POST /tasks", TASK | {"stay_code": "0-1-a", "property_id": STUDIO})[0] == 422
    assert api.refusal("POST /tasks", TASK | {"stay_code": "0-9-z"})[0] == 404


def test_cleaning_costs_the_fee_of_the_property_unless_told_otherwise(api: Api) -> None:
    api.account.properties[LOFT]["_cleaning_fee"] = 35
    assert task(api, create(api, property_id=LOFT))["fee"] == 35
    assert task(api, create(api, property_id=LOFT, fee=20))["fee"] == 20
    assert task(api, create(api, property_id=LOFT, type="other"))["fee"] == 0
    assert task(api, create(api, property_id=ATTIC))["fee"] == 0


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"currency": None}, 400),
    ({"type": "gardening"}, 422),
    ({"expected_time": "11:30"}, 422),
    ({"expected_date": "tomorrow"}, 400),
    ({"property_id": 77}, 422),
    ({"staff_id": 77}, 422),
    ({"level": "gold"}, 422),
    ({"note": "x" * 501}, 422),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED)
def test_impossible_tasks_are_refused(api: Api, changes: dict[str, Any], code: int) -> None:
    assert api.refusal("POST /tasks", TASK | changes)[0] == code
    assert api.account.tasks == {}


def test_zero_detaches_property_and_staff(api: Api) -> None:
    task_id = create(api, property_id=LOFT, staff_id=hire(api))
    api.clock.advance(hours=1)
    api.data(f"PATCH /tasks/{task_id}", {"property_id": 0, "staff_id": 0, "status": "cancelled"})
    row = task(api, task_id)
    assert (row["property_id"], row["property_title"], row["staff_id"]) == (None, None, None)
    assert (row["status"], row["update_time"]) == ("cancelled", "2026-06-15 14:00:00")


def test_a_task_is_moved_and_its_stay_stays(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"))
    task_id = create(api, stay_code="0-1-a")
    api.data(f"PATCH /tasks/{task_id}", {"expected_date": "2026-06-23", "stay_code": "0-2-a"})
    assert (task(api, task_id)["expected_date"], task(api, task_id)["stay_code"]) == ("2026-06-23", "0-1-a")
    assert api.refusal(f"PATCH /tasks/{task_id}", {"property_id": STUDIO})[0] == 422


def test_a_deleted_task_is_gone(api: Api) -> None:
    task_id = create(api)
    api.data(f"DELETE /tasks/{task_id}")
    assert api.refusal(f"DELETE /tasks/{task_id}") == (404, "Task not found.")
    assert api.refusal(f"PATCH /tasks/{task_id}", {})[0] == 404


def test_tasks_are_filtered(api: Api) -> None:
    first = create(api, property_id=LOFT)
    second = create(api, type="other", expected_date="2026-06-25")
    answer = api.data("GET /tasks", start_date="2026-06-22", end_date="2026-06-24")
    assert ([row["id"] for row in answer["tasks"]], answer["total"]) == ([first], 1)
    assert [row["id"] for row in api.data("GET /tasks", type="other")["tasks"]] == [second]
    assert [row["id"] for row in api.data("GET /tasks", property_id=LOFT)["tasks"]] == [first]
    assert api.data("GET /tasks", status="completed")["total"] == 0


def test_task_dates_come_in_pairs(api: Api) -> None:
    for lone in ("start_date", "end_date"):
        assert api.refusal("GET /tasks", **{lone: "2026-06-22"})[0] == 400


def test_a_new_staff_member_is_active_and_shows_no_assignment(api: Api) -> None:
    staff_id = hire(api, property_ids=[LOFT])
    [row] = api.data("GET /staffs", id=staff_id)["staffs"]
    assert row == {
        "id": staff_id,
        "name": "Rita Modelo",
        "mobile": "+351 900000009",
        "email": "",
        "note": "",
        "is_active": True,
    }


def test_staff_are_deactivated_and_filtered(api: Api) -> None:
    staff_id = hire(api)
    api.data(f"PATCH /staffs/{staff_id}", {"is_active": False, "property_ids": []})
    assert api.data("GET /staffs", is_active=1)["total"] == 0
    assert api.data("GET /staffs", is_active=0)["total"] == 1
    assert api.refusal("GET /staffs", is_active=2)[0] == 422


def test_a_deleted_staff_member_leaves_the_tasks(api: Api) -> None:
    staff_id = hire(api)
    task_id = create(api, staff_id=staff_id)
    api.data(f"DELETE /staffs/{staff_id}")
    assert (task(api, task_id)["staff_id"], task(api, task_id)["staff_name"]) == (None, None)
    assert api.refusal(f"DELETE /staffs/{staff_id}")[0] == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mobile": "900000009"}, 422),
        ({"mobile": ""}, 400),
        ({"name": "x" * 129}, 422),
        ({"property_ids": [77]}, 422),
    ],
)
def test_impossible_staff_are_refused(api: Api, changes: dict[str, Any], code: int) -> None:
    assert api.refusal("POST /staffs", RITA | changes)[0] == code
