"""For each write: calls that stay inside the served properties, and calls that reach beyond."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hostex_mcp.api import Operation
from hostex_mcp.api.endpoints import (
    automation,
    calendar,
    finance,
    knowledge_base,
    messaging,
    price_and_rules,
    properties,
    reservations,
    reviews,
    tasks,
)
from hostex_mcp.sandbox.state import SandboxAccount
from tests.scope.scoping import GARDEN, LOFT, OTHER, RIBEIRA, ROOM_1, ROOM_2, SERVED, STUDIO, Row, first
from tests.support.clock import ahead

MIXED_ORDER = "2-4310000024-grp024"
MIXED_THREAD = "2-2200000028-thr028"
UNALLOCATED = "2-4310000015-box015"
NOBODYS = "0-0000000-nobody"


@dataclass(frozen=True)
class Arguments:
    """The arguments of a call."""

    path: Row | None = None
    body: Row | None = None


@dataclass(frozen=True)
class Case:
    """A write with a call that is let through and calls that are refused."""

    operation: Operation[Any]
    inside: Arguments
    outside: list[Arguments]


def prepared(account: SandboxAccount) -> SandboxAccount:
    """The account with a group and a tag that hold served properties only."""
    account.groups[7101]["property_ids"] = [LOFT, STUDIO]
    account.tags[3301]["property_ids"] = [LOFT]
    account.share_links[1202]["property_ids"] = [LOFT, STUDIO]
    partial: Row = {"id": 1203, "scope": "partial", "url": "https://share.example.invalid/c/mixed"}
    account.share_links[1203] = {
        **partial,
        "property_ids": [LOFT, GARDEN],
        "created_at": "2026-01-01T00:00:00Z",
    }
    return account


def cases(account: SandboxAccount) -> dict[str, Case]:
    """All cases by the name of their operation."""
    every = [
        *_properties(),
        *_calendar(),
        *_stays(account),
        *_orders(account),
        *_threads(account),
        *_tasks(account),
        *_money(account),
        *_rules(account),
    ]
    return {case.operation.name: case for case in every}


def _at(key: str, inside: Any, *outside: Any, body: Row | None = None) -> tuple[Arguments, list[Arguments]]:
    return Arguments({key: inside}, body), [Arguments({key: value}, body) for value in outside]


def _bodies(inside: Row, *outside: Row) -> tuple[Arguments, list[Arguments]]:
    return Arguments(body=inside), [Arguments(body=body) for body in outside]


def _properties() -> list[Case]:
    named = {"name": "North", "property_ids": [LOFT]}
    beyond = {"name": "North", "property_ids": [LOFT, RIBEIRA]}
    rooms = {"name": "North", "room_type_ids": [60501]}
    group, tag = Arguments({"id": 7101}, named), Arguments({"id": 3301}, named)
    return [
        Case(properties.CREATE_PROPERTY_GROUP, *_bodies(named, beyond)),
        Case(
            properties.UPDATE_PROPERTY_GROUP,
            group,
            [Arguments({"id": 7101}, beyond), Arguments({"id": 7102}, named), Arguments({"id": 9}, named)],
        ),
        Case(properties.DELETE_PROPERTY_GROUP, *_at("id", 7101, 7102, 7103, 9)),
        Case(properties.CREATE_PROPERTY_TAG, *_bodies(named, beyond, rooms)),
        Case(
            properties.UPDATE_PROPERTY_TAG,
            tag,
            [Arguments({"id": 3301}, rooms), Arguments({"id": 3301}, beyond), Arguments({"id": 3303}, named)],
        ),
        Case(properties.DELETE_PROPERTY_TAG, *_at("id", 3301, 3302, 3303, 9)),
    ]


def _calendar() -> list[Case]:
    days = {"start_date": ahead(100), "end_date": ahead(101)}
    closed = {**days, "available": False}

    def listing(name: str, **values: Any) -> Callable[[str, str], Row]:
        return lambda channel, id: {"channel_type": channel, "listing_id": id, name: [{**days, **values}]}

    writes = [
        (calendar.UPDATE_LISTING_PRICES, listing("prices", price=90)),
        (calendar.UPDATE_LISTING_INVENTORIES, listing("inventories", inventory=0)),
        (calendar.UPDATE_LISTING_RESTRICTIONS, listing("restrictions", min_stay_on_arrival=2)),
    ]
    pools = [
        ("booking.com", "55502010-220071"),
        ("airbnb", "900000000000000104"),
        ("vrbo", "55501001-220011"),
    ]
    return [
        *(
            Case(operation, *_bodies(make("booking.com", "55501001-220011"), *(make(*key) for key in pools)))
            for operation, make in writes
        ),
        Case(
            price_and_rules.UPDATE_AIRBNB_PRICE_AND_RULES,
            *_bodies(_settings("900000000000000101"), _settings("900000000000000104"), _settings("vr-3001")),
        ),
        Case(
            price_and_rules.UPDATE_VRBO_PRICE_AND_RULES,
            *_bodies(_settings("vr-3001"), _settings("vr-3004"), _settings("900000000000000101")),
        ),
        Case(
            calendar.UPDATE_AVAILABILITIES,
            *_bodies(
                {**closed, "property_ids": [LOFT]},
                {**closed, "property_ids": [LOFT, RIBEIRA]},
                {**closed, "property_ids": []},
                closed,
            ),
        ),
        Case(
            calendar.CREATE_CALENDAR_SHARE_LINK,
            *_bodies(
                {"scope": "partial", "property_ids": [LOFT]},
                {"scope": "partial", "property_ids": [LOFT, RIBEIRA]},
                {"scope": "partial"},
                {"scope": "entire"},
            ),
        ),
        Case(calendar.DELETE_CALENDAR_SHARE_LINK, *_at("id", 1202, 1201, 1203, 9)),
    ]


def _settings(listing_id: str) -> Row:
    return {"listing_id": listing_id, "settings": {"base_price": 90}}


def _stays(account: SandboxAccount) -> list[Case]:
    outside = first(account.stays, lambda row: row["property_id"] == RIBEIRA)["stay_code"]
    second = "2-4310000024_1-grp024"
    beyond = (outside, second, UNALLOCATED, NOBODYS)
    tagged = "0-HMDEMO0005-ine005"

    def stay(operation: Operation[Any], body: Row | None, code: str = MIXED_ORDER) -> Case:
        return Case(operation, *_at("stay_code", code, *beyond, body=body))

    free = first(account.stays, lambda row: row["property_id"] == LOFT and row["check_in_date"] > ahead(60))
    move = Arguments({"stay_code": free["stay_code"]}, {"property_id": LOFT})
    away = Arguments({"stay_code": free["stay_code"]}, {"property_id": RIBEIRA})
    return [
        stay(reservations.UPDATE_RESERVATION_BASIC, {"remarks": "By train"}),
        stay(reservations.UPDATE_RESERVATION_CHECKIN_DETAILS, {"deposit": 50}),
        stay(reservations.UPDATE_RESERVATION_STAY_STATUS, {"stay_status": "in_house"}),
        stay(reservations.UPDATE_RESERVATION_CUSTOM_FIELDS, {"custom_fields": {"cot": "1"}}),
        stay(reservations.ADD_RESERVATION_TAG, {"tag_name": "VIP"}),
        stay(reservations.REMOVE_RESERVATION_TAG, {"tag_name": "VIP"}, tagged),
        stay(reservations.MOVE_RESERVATION_TO_BOX, None, free["stay_code"]),
        Case(
            reservations.ALLOCATE_RESERVATION,
            move,
            [away, *(Arguments({"stay_code": code}, {"property_id": LOFT}) for code in beyond)],
        ),
    ]


def _orders(account: SandboxAccount) -> list[Case]:
    outside = first(account.stays, lambda row: row["property_id"] == RIBEIRA)["reservation_code"]
    beyond = (outside, MIXED_ORDER, UNALLOCATED, NOBODYS)
    direct = "5-3RXRQGWOC"
    taken = first(
        account.stays, lambda row: row["property_id"] in OTHER and row["channel_type"] == "hostex_direct"
    )
    booking = {
        "property_id": LOFT,
        "custom_channel_id": account.custom_channels[0]["id"],
        "check_in_date": ahead(300),
        "check_out_date": ahead(302),
        "guest_name": "Ada Sample",
        "currency": "EUR",
        "rate_amount": 200,
        "commission_amount": 0,
        "received_amount": 0,
        "income_method_id": account.income_methods[0]["id"],
    }
    answered = "0-HMDEMO0018-req018"
    reviewed = "0-HMDEMO0007-rev007"
    review = {"host_review_score": 5, "host_review_content": "Kind guests."}
    nowhere = {name: value for name, value in booking.items() if name != "property_id"}
    return [
        Case(
            reservations.CREATE_RESERVATION,
            *_bodies(
                {**booking, "channel_id": "OWN1"},
                {**booking, "property_id": RIBEIRA},
                nowhere,
                {**booking, "channel_id": taken["channel_id"]},
            ),
        ),
        Case(reservations.CANCEL_RESERVATION, *_at("reservation_code", direct, *beyond)),
        Case(
            reservations.APPROVE_RESERVATION,
            *_at("reservation_code", answered, "4-HA8DEMO19-req019", *beyond),
        ),
        Case(
            reservations.DECLINE_RESERVATION,
            *_at("reservation_code", answered, "4-HA8DEMO19-req019", *beyond),
        ),
        Case(reviews.CREATE_REVIEW, *_at("reservation_code", reviewed, *beyond, body=review)),
    ]


def _threads(account: SandboxAccount) -> list[Case]:
    other = first(account.conversations, lambda row: row["activities"][0]["property"]["id"] == RIBEIRA)
    beyond = (other["id"], MIXED_THREAD)
    inside, offered = "0-2200000900-inq001", "0-2200000901-inq002"

    def offer(listing_id: str) -> Row:
        stay = {"check_in_date": ahead(200), "check_out_date": ahead(202), "number_of_adults": 2}
        return {"listing_id": listing_id, "price": 300, **stay}

    own = offer("900000000000000101")
    return [
        Case(messaging.SEND_MESSAGE, *_at("conversation_id", inside, *beyond, body={"message": "Hello"})),
        Case(
            messaging.UPDATE_CONVERSATION_NOTE,
            *_at("conversation_id", inside, *beyond, body={"note": "Wants a cot"}),
        ),
        Case(messaging.SEND_PREAPPROVAL, *_at("conversation_id", inside, *beyond)),
        Case(
            messaging.SEND_SPECIAL_OFFER,
            Arguments({"conversation_id": inside}, own),
            [
                Arguments({"conversation_id": inside}, offer("900000000000000104")),
                *(Arguments({"conversation_id": id}, own) for id in beyond),
            ],
        ),
        Case(
            messaging.WITHDRAW_SPECIAL_OFFER,
            Arguments({"conversation_id": offered, "special_offer_id": "1500000777"}),
            [Arguments({"conversation_id": id, "special_offer_id": "1500000777"}) for id in beyond],
        ),
    ]


def _tasks(account: SandboxAccount) -> list[Case]:
    def of(fits: Callable[[Row], object]) -> int:
        return first(account.tasks, fits)["id"]

    inside = of(lambda row: row["property_id"] == STUDIO)
    beyond = (of(lambda row: row["property_id"] == RIBEIRA), of(lambda row: row["property_id"] is None), 9)
    new = {"type": "other", "expected_date": ahead(3), "currency": "EUR"}
    outside = first(account.stays, lambda row: row["property_id"] == RIBEIRA)["stay_code"]
    staff = {"name": "Ana Exemplo", "mobile": "+351 900000000"}
    return [
        Case(
            tasks.CREATE_TASK,
            *_bodies(
                {**new, "stay_code": MIXED_ORDER, "property_id": ROOM_1},
                new,
                {**new, "property_id": RIBEIRA},
                {**new, "property_id": LOFT, "stay_code": outside},
                {**new, "stay_code": UNALLOCATED},
            ),
        ),
        Case(
            tasks.UPDATE_TASK,
            Arguments({"id": inside}, {"property_id": STUDIO, "note": "Bring keys"}),
            [
                Arguments({"id": inside}, {"property_id": RIBEIRA}),
                Arguments({"id": inside}, {"property_id": 0}),
                *(Arguments({"id": id}, {"note": "Bring keys"}) for id in beyond),
            ],
        ),
        Case(tasks.DELETE_TASK, *_at("id", inside, *beyond)),
        Case(
            tasks.CREATE_STAFF,
            *_bodies(
                {**staff, "property_ids": [LOFT]},
                staff,
                {**staff, "property_ids": []},
                {**staff, "property_ids": [LOFT, RIBEIRA]},
            ),
        ),
    ]


def _money(account: SandboxAccount) -> list[Case]:
    def of(fits: Callable[[Row], object]) -> int:
        return first(account.transactions, fits)["id"]

    inside = of(lambda row: row["property_id"] == LOFT and row["reservation_code"])
    beyond = (
        of(lambda row: row["property_id"] == RIBEIRA),
        of(lambda row: row["link_type"] == "operator"),
        of(lambda row: row["reservation_code"] == MIXED_ORDER),
        9,
    )
    new = {
        "direction": "expense",
        "amount": 12,
        "currency": "EUR",
        "item_id": account.expense_items[0]["id"],
        "payment_method_id": account.expense_methods[0]["id"],
    }
    return [
        Case(
            finance.CREATE_TRANSACTION,
            *_bodies(
                {**new, "reservation_code": "5-3RXRQGWOC"},
                new,
                {**new, "property_id": RIBEIRA},
                {**new, "reservation_code": MIXED_ORDER},
                {**new, "stay_code": "2-4310000024_1-grp024"},
            ),
        ),
        Case(finance.UPDATE_TRANSACTION, *_at("id", inside, *beyond, body={"note": "Checked"})),
        Case(finance.DELETE_TRANSACTION, *_at("id", inside, *beyond)),
    ]


def _rules(account: SandboxAccount) -> list[Case]:
    def plan(fits: Callable[[Row], object]) -> int:
        return first(account.automation_actions, fits)["id"]

    message = plan(lambda row: row["property_id"] == LOFT and row["type"] == "message")
    review = plan(lambda row: row["property_id"] == LOFT and row["type"] == "review")
    beyond = [plan(lambda row: row["property_id"] == GARDEN), plan(lambda row: row["property_id"] == ROOM_2)]

    def entry(type: str, *ids: int) -> Row:
        scope = {"type": type, "ids": list(ids)}
        channels = {"type": "all", "channels": ["unlimited"]}
        texts = [{"sub_title": "Stairs", "text": "There are four flights."}]
        return {"scope_property": scope, "scope_channel": channels, "contents": texts, "is_enable": True}

    own, group = entry("by_property", *SERVED), entry("by_group", 7101)
    wider = [
        entry("all", -1),
        entry("by_property", LOFT, GARDEN),
        entry("by_property"),
        entry("by_group", 7101, 7102),
        entry("by_group", 7104),
        entry("by_room_type", 60501),
    ]
    shared = (8801, 8804, 8805)
    return [
        Case(automation.EXECUTE_AUTOMATION_ACTION, *_at("plan_id", message, *beyond, 9)),
        Case(automation.DELETE_AUTOMATION_ACTION, *_at("plan_id", review, *beyond, 9)),
        Case(knowledge_base.CREATE_KNOWLEDGE_BASE, *_bodies(group, *wider)),
        Case(
            knowledge_base.UPDATE_KNOWLEDGE_BASE,
            Arguments({"id": 8803}, own),
            [
                *(Arguments({"id": 8803}, body) for body in wider),
                *(Arguments({"id": id}, own) for id in shared),
            ],
        ),
        Case(knowledge_base.DELETE_KNOWLEDGE_BASE, *_at("id", 8802, *shared)),
    ]
