"""A call of every write of the demo account on its fixed day, with several arguments where it has them."""

from typing import Any

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.clock import TODAY, ahead
from tests.tools.sample_calls import with_samples

Row = dict[str, Any]

LOFT, STUDIO, LOOP = 20110001, 20110002, 20110012
AIRBNB = {"channel_type": "airbnb", "listing_id": "900000000000000101"}
BOOKING = {"reservation_code": "5-DEMO30PAT"}
"""A direct booking, which can be cancelled."""
STAY, REQUEST, DIRECT = "0-HM03B0IH4S-v5179o", "0-HMDEMO0018-req018", "5-DEMO30PAT"


def days(first: int, last: int, **values: Any) -> Row:
    return {"start_date": ahead(first), "end_date": ahead(last), **values}


def every_write(account: SandboxAccount) -> dict[str, Row]:
    """Tool to arguments: those below, or no more than the tool requires."""
    calls = {
        **_properties(),
        **_calendar(),
        **_stays(),
        **_messages(account),
        **_reviews(account),
        **_team(account),
        **_money(account),
        **_automation(account),
        **_knowledge(account),
        **_webhooks(),
    }
    return with_samples(calls, account, TODAY)


def _properties() -> dict[str, Row]:
    return {
        "create_property": {"title": "Lighthouse"},
        "create_property_group": {"name": "North", "property_ids": [LOFT, STUDIO]},
        "update_property_group": {"id": 7101, "name": "Lisboa", "remove_property_ids": [LOFT]},
        "delete_property_group": {"id": 7101},
        "create_property_tag": {"name": "Sea view", "color": "#F3D432", "property_ids": [LOFT]},
        "update_property_tag": {
            "id": 3301,
            "name": "Tejo",
            "color": "#F3D432",
            "add_property_ids": [STUDIO],
            "room_type_ids": [60501],
        },
        "delete_property_tag": {"id": 3303},
        "create_room_type": {"title": "Twin", "property_ids": [LOFT, STUDIO]},
    }


def _calendar() -> dict[str, Row]:
    week = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    rules = {"min_stay_on_arrival": 4, "closed_on_arrival": True, "max_stay_on_arrival": 9}
    return {
        "update_availabilities": {"property_ids": [LOFT, STUDIO], "available": False, **days(200, 203)},
        "update_listing_inventories": {**AIRBNB, "inventories": [days(200, 203, inventory=0)]},
        "update_listing_restrictions": {**AIRBNB, "restrictions": [days(200, 203, **rules)]},
        "update_listing_prices": {**AIRBNB, "prices": [days(200, 201, price=171), days(203, 204, percent=9)]},
        "update_property_prices": {"property_id": LOFT, "prices": [days(200, 201, price=171)]},
        "update_airbnb_price_and_rules": {
            "listing_id": "900000000000000101",
            "base_price": 131,
            "weekend_price": 147,
            "cleaning_fee": 51,
            "security_deposit": 210,
            "minimum_stay": 4,
            "max_guests": 3,
            "long_term_discount": [{"discount": 11, "days": 8}, {"discount": 22, "days": 29}],
            "clear": ["extra_guest_fee", "advance_notice"],
        },
        "update_vrbo_price_and_rules": {
            "listing_id": "vr-3001",
            "nightly_rate": {weekday: 150 + place for place, weekday in enumerate(week)},
            "minimum_stay": 5,
            "max_guests": 3,
            "cleaning_fee": 51,
            "clear": ["weekly_discount", "monthly_discount", "security_deposit"],
        },
        "create_calendar_share_link": {"scope": "partial", "property_ids": [STUDIO, LOFT]},
        "delete_calendar_share_link": {"id": 1201},
    }


def _stays() -> dict[str, Row]:
    return {
        "create_reservation": {
            "property_id": LOOP,
            "custom_channel_id": 29,
            "check_in_date": "2026-12-19",
            "check_out_date": "2026-12-22",
            "guest_name": "Noor Voorbeeld",
            "currency": "USD",
            "rate_amount": 330,
            "commission_amount": 30,
            "received_amount": 10,
            "income_method_id": 34,
            "email": "noor@example.com",
            "remarks": "Quiet",
        },
        "cancel_reservation": {"reservation_code": DIRECT},
        "approve_reservation": {"reservation_code": REQUEST},
        "decline_reservation": {"reservation_code": REQUEST},
        "update_reservation_basic": {
            "stay_code": STAY,
            "remarks": "By train",
            "guest_name": "Emil E.",
            "number_of_guests": 3,
            "mobile": "+45 20000000",
            "check_out_date": "2026-12-01",
        },
        "update_reservation_checkin_details": {
            "stay_code": STAY,
            "lock_code": "4711",
            "arrival_at": "16:30",
            "deposit": 51,
        },
        "update_reservation_stay_status": {"stay_code": STAY, "stay_status": "in_house"},
        "update_reservation_custom_fields": {"stay_code": STAY, "custom_fields": {"cot": "1", "dog": "2"}},
        "move_reservation_to_box": {"stay_code": STAY},
        "allocate_reservation": {"stay_code": STAY, "property_id": LOOP},
        "add_reservation_tag": {"stay_code": STAY, "tag_name": "Sailor"},
        "remove_reservation_tag": {"stay_code": "0-HMDEMO0005-ine005", "tag_name": "VIP"},
        "create_reservation_tag": {"tag_name": "Sailor"},
        "delete_reservation_tag": {"id": 90211},
    }


def _messages(account: SandboxAccount) -> dict[str, Row]:
    offered = next(thread for thread in account.conversations.values() if thread.get("_offers"))
    active = next(offer for offer in offered["_offers"] if offer["status"] == "active")
    return {
        "send_message": {"conversation_id": "0-2200000039-thr039", "message": "Good evening"},
        "update_conversation_note": {"conversation_id": "0-2200000039-thr039", "note": "Likes tea"},
        "send_special_offer": {
            "conversation_id": "0-2200000900-inq001",
            "listing_id": "900000000000000101",
            "check_in_date": ahead(200),
            "check_out_date": ahead(203),
            "price": 301,
            "number_of_adults": 2,
            "number_of_children": 1,
        },
        "send_preapproval": {"conversation_id": "0-2200000900-inq001"},
        "withdraw_special_offer": {
            "conversation_id": offered["id"],
            "special_offer_id": active["id"],
        },
    }


def _reviews(account: SandboxAccount) -> dict[str, Row]:
    rows = account.reviews.items()
    answered = next(code for code, review in rows if review["guest_review"] and not review["host_reply"])
    unwritten = next(
        code for code, review in rows if not review["host_review"] and review["channel_type"] == "airbnb"
    )
    return {
        "create_review": {
            "reservation_code": unwritten,
            "host_review_content": "Kind",
            "category_ratings": {"overall_rating": 5, "cleanliness": 4, "recommend": 1},
        },
        "reply_to_review": {"reservation_code": answered, "host_reply_content": "Thank you"},
    }


def _team(account: SandboxAccount) -> dict[str, Row]:
    task = next(iter(account.tasks))
    return {
        "create_task": {
            "type": "cleaning",
            "expected_date": ahead(3),
            "expected_time": "10:30",
            "property_id": LOFT,
            "staff_id": 5601,
            "fee": 41,
        },
        "update_task": {
            "id": task,
            "expected_date": ahead(4),
            "note": "Bring bulbs",
            "staff_id": 5601,
            "fee": 9,
        },
        "delete_task": {"id": task},
        "create_staff": {"name": "Ana Modelo", "mobile": "+351 900000999", "property_ids": [LOFT]},
        "update_staff": {"id": 5601, "note": "Porto", "name": "Rita M.", "is_active": False},
        "delete_staff": {"id": 5601},
    }


def _money(account: SandboxAccount) -> dict[str, Row]:
    entry = next(iter(account.transactions))
    return {
        "create_transaction": {
            "direction": "income",
            "amount": 10,
            "item_id": 1,
            "payment_method_id": 34,
            "property_id": LOFT,
            "note": "Deposit",
        },
        "update_transaction": {"id": entry, "amount": 41, "note": "Corrected"},
        "delete_transaction": {"id": entry},
    }


def _automation(account: SandboxAccount) -> dict[str, Row]:
    plan = next(iter(account.automation_actions))
    return {
        "execute_automation_action": {"plan_id": plan},
        "delete_automation_action": {"plan_id": plan},
    }


def _knowledge(account: SandboxAccount) -> dict[str, Row]:
    entry = next(iter(account.knowledge_bases))
    return {
        "create_knowledge_base": {
            "title": "Bins",
            "scope_property": {"type": "by_property", "ids": [STUDIO, LOFT]},
            "scope_channel": {"type": "by_channel", "channels": ["vrbo", "airbnb"]},
            "contents": [{"sub_title": "Where", "text": "In the yard."}],
            "is_enable": True,
        },
        "update_knowledge_base": {
            "id": entry,
            "title": "Internet",
            "is_enable": False,
            "scope_property": {"type": "by_property", "ids": [STUDIO, LOFT]},
            "scope_channel": {"type": "by_channel", "channels": ["vrbo", "airbnb"]},
            "add_contents": [{"sub_title": "Speed", "text": "Fast."}],
        },
        "delete_knowledge_base": {"id": entry},
    }


def _webhooks() -> dict[str, Row]:
    return {
        "create_webhook": {
            "url": "https://hooks.example.com/new",
            "events": ["message_created", "review_created"],
        },
        "update_webhook": {
            "id": 3001,
            "url": "https://hooks.example.com/b",
            "add_events": ["review_created", "transaction_created"],
            "remove_events": ["message_created"],
        },
        "delete_webhook": {"id": 3001},
    }
