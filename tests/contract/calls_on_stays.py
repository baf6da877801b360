"""One valid call of each operation on reservations, tasks, staff and money."""

from collections.abc import Callable
from typing import Any

from tests.contract.calls import PAGE, at, body, body_at, query
from tests.contract.hostex import Given
from tests.contract.known import Known, day, first


def _direct(known: Known) -> dict[str, Any]:
    return known.stay(
        lambda row: (
            row["channel_type"] == "hostex_direct"
            and row["status"] == "accepted"
            and row["check_in_date"] > day(0)
        )
    )


def _accepted(known: Known) -> dict[str, Any]:
    return known.stay(
        lambda row: row["status"] == "accepted" and row["property_id"] and row["check_in_date"] > day(0)
    )


def _stay(known: Known) -> dict[str, str | int]:
    return {"stay_code": _accepted(known)["stay_code"]}


def _request(known: Known) -> Given:
    return at(reservation_code=known.stay(lambda row: row["status"] == "wait_accept")["reservation_code"])


def _reservations(known: Known) -> Given:
    row = _accepted(known)
    named = ("reservation_code", "channel_id", "property_id", "status", "channel_type")
    return query(
        **PAGE,
        **{name: row[name] for name in named},
        start_check_in_date=row["check_in_date"],
        end_check_in_date=row["check_in_date"],
        start_check_out_date=row["check_out_date"],
        end_check_out_date=row["check_out_date"],
        order_by="check_in_date",
    )


def _new_reservation(known: Known) -> Given:
    return body(
        property_id=known.properties[0]["id"],
        custom_channel_id=known.dictionary("custom_channels")[0]["id"],
        check_in_date=day(300),
        check_out_date=day(303),
        guest_name="Ada Sample",
        currency="EUR",
        rate_amount=300,
        commission_amount=0,
        received_amount=100,
        income_method_id=known.dictionary("income_methods")[0]["id"],
        number_of_guests=2,
        email="ada@example.com",
        mobile="+351 900000000",
        remarks="Comes by train",
        channel_id="OWN00042",
    )


def _changed_reservation(known: Known) -> Given:
    row = _direct(known)
    return body_at(
        {"stay_code": row["stay_code"]},
        "remarks",
        remarks="Comes by car",
        creator="Front desk",
        custom_channel_id=known.dictionary("custom_channels")[0]["id"],
        check_in_date=row["check_in_date"],
        check_out_date=row["check_out_date"],
        number_of_guests=3,
        guest_name="Ada Sample",
        mobile="+351 900000000",
        email="ada@example.com",
        currency="EUR",
        rate_amount=310.5,
        commission_amount=0,
    )


def _arrival(known: Known) -> Given:
    return body_at(
        _stay(known),
        "lock_code",
        lock_code="0042",
        lock_code_visible_after="14:00",
        arrival_at={"hour": 16, "minute": 30},
        departure_at={"hour": 10, "minute": 0},
        deposit=200,
        id_required="required",
    )


def _allocation(known: Known) -> Given:
    loose = known.stay(lambda row: row["property_id"] == 0)
    return body_at({"stay_code": loose["stay_code"]}, property_id=known.properties[0]["id"])


def _untagging(known: Known) -> Given:
    tagged = known.stay(lambda row: row["tags"])
    return body_at({"stay_code": tagged["stay_code"]}, tag_name=tagged["tags"][0])


def _own_tag(known: Known) -> dict[str, Any]:
    return first(known.reservation_tags, lambda row: not row["is_default"])


RESERVATIONS: dict[str, Callable[[Known], Given]] = {
    "GET /reservations": _reservations,
    "POST /reservations": _new_reservation,
    "DELETE /reservations/{reservation_code}": lambda known: at(
        reservation_code=_direct(known)["reservation_code"]
    ),
    "PATCH /reservations/{stay_code}": _changed_reservation,
    "PATCH /reservations/{stay_code}/check_in_details": _arrival,
    "GET /custom_channels": lambda _: Given(),
    "GET /reservations/{stay_code}/custom_fields": lambda known: at(
        stay_code=known.stay(lambda row: row["custom_fields"])["stay_code"]
    ),
    "PATCH /reservations/{stay_code}/custom_fields": lambda known: body_at(
        _stay(known), custom_fields={"parking": "B2", "cot": None}
    ),
    "POST /reservations/{reservation_code}/approve": _request,
    "POST /reservations/{reservation_code}/decline": _request,
    "POST /reservations/{stay_code}/move_to_box": lambda known: Given(_stay(known)),
    "POST /reservations/{stay_code}/allocate": _allocation,
    "PUT /reservations/{stay_code}/stay_status": lambda known: body_at(_stay(known), stay_status="in_house"),
    "POST /reservations/{stay_code}/tags": lambda known: body_at(_stay(known), tag_name="Brings a cat"),
    "DELETE /reservations/{stay_code}/tags": _untagging,
    "GET /reservation_tags": lambda known: query(
        **PAGE, id=_own_tag(known)["id"], keyword=_own_tag(known)["tag_name"][:2].lower()
    ),
    "POST /reservation_tags": lambda _: body(tag_name="Early bird"),
    "DELETE /reservation_tags/{id}": lambda known: at(id=_own_tag(known)["id"]),
}


def _tasks(known: Known) -> Given:
    row = first(known.tasks, lambda row: row["staff_id"] and row["property_id"])
    named = ("id", "staff_id", "property_id", "type", "status")
    days = {"start_date": row["expected_date"], "end_date": row["expected_date"]}
    return query(**PAGE, **days, **{name: row[name] for name in named})


def _new_task(known: Known) -> Given:
    stay = _accepted(known)
    return body(
        type="cleaning",
        expected_date=stay["check_out_date"],
        currency="EUR",
        expected_time="11:30:00",
        stay_code=stay["stay_code"],
        property_id=stay["property_id"],
        staff_id=_active(known)["id"],
        level="simple",
        fee=45.5,
        note="Two cots",
    )


def _task(known: Known) -> Given:
    return body_at(
        {"id": known.tasks[0]["id"]},
        "status",
        type="maintenance",
        property_id=known.properties[0]["id"],
        staff_id=_active(known)["id"],
        expected_date=day(3),
        expected_time="09:00:00",
        level="standard",
        status="in_progress",
        currency="EUR",
        fee=20,
        note="Bring a ladder",
    )


def _active(known: Known) -> dict[str, Any]:
    return first(known.staff, lambda row: row["is_active"])


def _new_staff(known: Known, **more: Any) -> dict[str, Any]:
    return {
        "name": "Sam Sample",
        "mobile": "+351 900000001",
        "email": "sam@example.com",
        "note": "Mornings",
        "property_ids": [row["id"] for row in known.properties[:2]],
        **more,
    }


TASKS: dict[str, Callable[[Known], Given]] = {
    "GET /tasks": _tasks,
    "POST /tasks": _new_task,
    "PATCH /tasks/{id}": _task,
    "DELETE /tasks/{id}": lambda known: at(id=known.tasks[0]["id"]),
    "GET /staffs": lambda known: query(**PAGE, id=_active(known)["id"], is_active=1),
    "POST /staffs": lambda known: body(**_new_staff(known)),
    "PATCH /staffs/{id}": lambda known: body_at(
        {"id": known.staff[0]["id"]}, "name", **_new_staff(known, is_active=False)
    ),
    "DELETE /staffs/{id}": lambda known: at(id=known.staff[0]["id"]),
}


def _entry(known: Known) -> dict[str, Any]:
    return first(
        known.transactions, lambda row: row["property_id"] and row["note"] and row["reservation_code"]
    )


def _transactions(known: Known) -> Given:
    row = _entry(known)
    named = ("id", "property_id", "reservation_code", "direction", "item_id", "payment_method_id", "currency")
    days = {"start_date": day(-300), "end_date": day(60)}
    return query(**PAGE, **days, **{name: row[name] for name in named}, keyword=row["note"][:4])


def _new_transaction(known: Known) -> Given:
    return body(
        direction="expense",
        amount=45.5,
        item_id=0,
        payment_method_id=known.dictionary("expense_methods")[0]["id"],
        currency="EUR",
        property_id=known.properties[0]["id"],
        action_at="2026-06-01T10:00:00+00:00",
        note="Light bulbs",
    )


def _transaction(known: Known) -> Given:
    row = first(known.transactions, lambda row: row["direction"] == "expense")
    return body_at(
        {"id": row["id"]},
        "note",
        amount=12.25,
        item_id=known.dictionary("expense_items")[1]["id"],
        payment_method_id=known.dictionary("expense_methods")[1]["id"],
        action_at="2026-06-02T10:00:00+00:00",
        note="Corrected",
    )


MONEY: dict[str, Callable[[Known], Given]] = {
    "GET /transactions": _transactions,
    "POST /transactions": _new_transaction,
    "PATCH /transactions/{id}": _transaction,
    "DELETE /transactions/{id}": lambda known: at(id=known.transactions[0]["id"]),
    "GET /income_items": lambda _: Given(),
    "GET /expense_items": lambda _: Given(),
    "GET /income_methods": lambda _: Given(),
    "GET /expense_methods": lambda _: Given(),
}
