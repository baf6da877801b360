"""Rows in the form that Hostex gives them, with made-up values."""

from typing import Any

Sample = dict[str, Any]

PROPERTY: Sample = {
    "id": 31000417,
    "title": "Lakeside Cabin",
    "channels": [{"channel_type": "airbnb", "listing_id": "700000000000000417", "currency": "CHF"}],
    "groups": [{"id": 41, "name": "Lake"}],
    "tags": [{"id": 51, "name": "Sauna", "color": "#7175FA"}],
    "address": "Seeweg 4, Musterort",
    "longitude": "8.4100",
    "latitude": 47.02,
    "timezone": "Europe/Zurich",
    "default_checkin_time": "16:00",
    "default_checkout_time": "10:00",
    "wifi_ssid": "Cabin",
    "wifi_password": "marmot-42",
    "wifi_remarks": "",
    "cover": {"original_url": "https://pictures.test/417.jpg", "small_url": "https://pictures.test/417s.jpg"},
    "google_place_payload": None,
}
GROUP: Sample = {"id": 41, "name": "Lake", "property_ids": [31000417]}
PROPERTY_TAG: Sample = {
    "id": 51,
    "name": "Sauna",
    "color": "#7175FA",
    "property_ids": [31000417],
    "room_type_ids": [],
}
ROOM_TYPE: Sample = {
    "id": 61,
    "title": "Bunk rooms",
    "properties": [{"id": 31000418, "title": "Bunk 1"}],
    "channels": [],
    "tags": [],
}
CHANNEL_ACCOUNT: Sample = {
    "id": 71,
    "channel_type": "vrbo",
    "username": "cabins",
    "origin_account_id": "9001",
    "auth_status": "exception",
    "created_at": None,
}
LISTING: Sample = {
    "id": 81,
    "listing_id": "vr-417",
    "channel_type": "vrbo",
    "channel_account_id": 71,
    "origin_account_id": "9001",
    "url": None,
    "title": "Cabin by the lake",
    "cover": None,
    "inventory": 1,
    "shelf_status": "on",
    "metadata": {"city": "Musterort", "price_list": [1, 2]},
    "created_at": "2026-02-03T04:05:06+00:00",
    "updated_at": "2026-02-04T04:05:06+00:00",
}
AVAILABILITY: Sample = {
    "id": 31000417,
    "availabilities": [{"date": "2026-07-01", "available": False, "remarks": "Roof"}],
}
LISTING_CALENDAR: Sample = {
    "channel_type": "booking.com",
    "listing_id": "5501-77",
    "calendar": [
        {
            "date": "2026-07-01",
            "price": 189.5,
            "inventory": 0,
            "restrictions": {
                "closed_on_arrival": True,
                "min_stay_through": 3,
                "min_advance_reservation": "2D4H",
            },
        },
        {"date": "2026-07-02", "price": 190, "inventory": 1},
    ],
}
PRICING_RATIOS: Sample = {
    "link_type": "room_type",
    "link_id": 61,
    "channels": [
        {"channel_type": "airbnb", "listing_id": "7", "listing_title": "A", "ratio": -1, "readonly": True}
    ],
}
SHARE_LINK: Sample = {
    "id": 91,
    "scope": "entire",
    "url": "https://share.test/c/1",
    "property_ids": [],
    "created_at": "2026-01-02T03:04:05Z",
}
AIRBNB_RULES: Sample = {
    "listing_currency": "CHF",
    "base_price": 210,
    "weekend_price": None,
    "pet_fee_obj": {"amount": 20, "charge_type": "PER_STAY", "charge_period": "STAY"},
    "early_bird_discount": [{"discount": 7, "days": 60}],
    "check_in_start_time": 15,
    "check_in_end_time": "FLEXIBLE",
    "days_of_week_check_in": [0, 6],
    "cancellation_policy": "moderate",
    "seasonal_min_stay": [{"anything": 1}],
    "high_rated_guest_discount_blackout_dates": ["2026-12-31"],
    "high_rated_guest_discount_blackout_dates_quota": {"dates_used_count": 1, "dates_available_count": 29},
    "mobile_only_discount_blackout_dates_quota": None,
}
VRBO_RULES: Sample = {
    "base_price": None,
    "nightly_rate": {"sunday": 100, "saturday": 130.5},
    "check_in_start_time": "15:00",
    "instant_booking": None,
}
RESERVATION: Sample = {
    "reservation_code": "0-HMTEST417-q1w2",
    "stay_code": "0-HMTEST417_1-q1w2",
    "channel_id": "HMTEST417",
    "property_id": 0,
    "channel_type": "airbnb",
    "listing_id": "700000000000000417",
    "check_in_date": "2026-07-10",
    "check_out_date": "2026-07-13",
    "number_of_guests": 2,
    "number_of_adults": 2,
    "number_of_children": 0,
    "number_of_infants": 0,
    "number_of_pets": 1,
    "status": "accepted",
    "stay_status": "checkin_pending",
    "guest_name": "Ada Muster",
    "guest_phone": "+41 790000417",
    "guest_email": "",
    "cancelled_at": None,
    "booked_at": "2026-05-01T10:11:12+02:00",
    "created_at": "2026-05-01T08:11:13+00:00",
    "creator": "System",
    "rates": {
        "total_rate": {"currency": "CHF", "amount": 812.35},
        "total_commission": {"currency": "CHF", "amount": 0},
        "rate": {"currency": "CHF", "amount": 812.35},
        "commission": {"currency": "CHF", "amount": 24},
        "tax": None,
        "details": [{"type": "PET_FEE", "description": "Pets", "currency": "CHF", "amount": 25.0}],
    },
    "payment": {
        "currency": "CHF",
        "total_amount": 788.35,
        "received_amount": 0,
        "balance_amount": 788.35,
        "status": "unreceived",
    },
    "check_in_details": {
        "arrival_at": {"hour": 17, "minute": 0},
        "departure_at": None,
        "lock_code": "9417",
        "lock_code_visible_after": "12:00",
        "deposit": None,
        "id_required": "required",
        "check_in_guide_url": "https://guide.test/g/417",
    },
    "remarks": "",
    "channel_remarks": "Late",
    "conversation_id": None,
    "tags": ["Dog"],
    "custom_channel": None,
    "guests": [
        {
            "id": 417,
            "name": "Ada Muster",
            "phone": None,
            "email": "ada@mail.test",
            "id_type": "passport",
            "id_number": "X0000417",
            "gender": None,
            "country": "CH",
            "is_booker": True,
            "id_images": [{"id": 1, "url": "https://pictures.test/id.jpg"}],
        }
    ],
    "custom_fields": {"parking": "P4"},
    "in_reservation_box": True,
    "additional_fees": [{"name": "Tax", "currency": "CHF", "amount": 4.5}],
    "checkin_guide_images": [{"id": 2, "client_id": None, "url": None}],
    "channel_details": {"airbnb": {"cancellation_policy_category": "flexible"}},
}
RESERVATION_TAG: Sample = {"id": 1, "tag_name": "Dog", "color": "#FFA410", "is_default": False}
CONVERSATION_SUMMARY: Sample = {
    "id": "0-417-thread",
    "channel_type": "airbnb",
    "last_message_at": "2026-06-30T21:00:00+00:00",
    "guest": {"name": "Ada Muster", "email": "", "phone": "+41 790000417"},
    "property_title": "Lakeside Cabin",
    "check_in_date": "2026-07-10",
    "check_out_date": "",
}
CONVERSATION: Sample = {
    "id": "0-417-thread",
    "channel_type": "airbnb",
    "guest": {"name": "Ada Muster"},
    "activities": [
        {
            "activity_type": "inquiry",
            "reservation_code": None,
            "check_in_date": "2026-07-10",
            "check_out_date": "",
            "listing_id": "7",
            "property": {
                "id": 31000418,
                "title": "Bunk 1",
                "cover_url": None,
                "room_type": {"id": 61, "title": "Bunk rooms"},
            },
        }
    ],
    "note": None,
    "messages": [
        {
            "id": "m-2",
            "sender_role": "guest",
            "sender_name": None,
            "sources": None,
            "display_type": "FileAttachment",
            "content": None,
            "attachment": {"fullback_url": "https://pictures.test/2.jpg", "size": 7},
            "created_at": "2026-06-30T21:00:00+00:00",
        },
        {
            "id": "m-1",
            "sender_role": "host",
            "sender_name": "HostGPT",
            "sources": [
                {
                    "type": "thread",
                    "docs": [{"title": "T", "fragment": ["a"], "source_type": "thread", "link_id": -1}],
                }
            ],
            "display_type": "Text",
            "content": "Hello",
            "attachment": [],
            "created_at": "2026-06-30T20:00:00+00:00",
        },
    ],
}
SPECIAL_OFFER: Sample = {
    "id": "1500417",
    "offer_type": "special_offer",
    "status": "active",
    "listing_id": "7",
    "check_in_date": "2026-07-10",
    "check_out_date": "2026-07-13",
    "nights": 3,
    "number_of_guests": 2,
    "price": 600,
    "currency": "CHF",
    "expire_time": "tomorrow",
    "create_time": None,
}
REVIEW: Sample = {
    "reservation_code": "0-HMTEST417-q1w2",
    "property_id": 31000417,
    "channel_type": "airbnb",
    "listing_id": "7",
    "check_in_date": "2026-07-10",
    "check_out_date": "2026-07-13",
    "host_review": None,
    "guest_review": {
        "score": 4.5,
        "sub_score": [{"category": "value", "rating": 4, "review_category_tags": None}],
        "content": "Cosy.",
        "private_feedback": "The sauna drips.",
        "created_at": "2026-07-15T00:00:00+00:00",
    },
    "host_reply": {"content": "Danke!", "created_at": "2026-07-16T00:00:00+00:00"},
}
TASK: Sample = {
    "id": 101,
    "type": "cleaning",
    "status": "pending",
    "property_id": None,
    "property_title": None,
    "stay_code": None,
    "staff_id": None,
    "staff_name": None,
    "expected_date": "2026-07-13",
    "expected_time": None,
    "expected": "2026-07-13 00:00:00",
    "level": None,
    "currency": "CHF",
    "fee": 0,
    "note": "",
    "create_time": "2026-07-01 09:00:00",
    "update_time": None,
}
STAFF: Sample = {
    "id": 111,
    "name": "Bo Muster",
    "mobile": "+41 790000111",
    "email": "",
    "note": "",
    "is_active": False,
}
TRANSACTION: Sample = {
    "id": 121,
    "direction": "expense",
    "amount": 80.25,
    "currency": "CHF",
    "status": "outstanding",
    "action_at": "2026-07-13T10:00:00Z",
    "item_id": 0,
    "item_name": "Cleaning",
    "payment_method_id": 23,
    "payment_method_name": "Cash",
    "note": "",
    "operator_name": "System",
    "link_type": "property",
    "property_id": 31000417,
    "property_title": "Lakeside Cabin",
    "reservation_code": None,
    "stay_code": None,
    "created_at": "2026-07-13T10:00:00Z",
    "updated_at": None,
}
KNOWLEDGE_SUMMARY: Sample = {
    "id": 131,
    "scope_property": {"type": "all", "ids": [-1]},
    "scope_channel": {"type": "all", "channels": ["unlimited"]},
    "is_enable": True,
    "title": "Sauna",
    "process_status": "done",
}
KNOWLEDGE: Sample = {
    **KNOWLEDGE_SUMMARY,
    "contents": [{"sub_title": "Heat", "text": "One hour ahead."}],
}
ACTION: Sample = {
    "id": 141,
    "type": "message",
    "name": "Before arrival",
    "send_to": "Ada Muster",
    "stay_code": None,
    "property_id": 31000417,
    "property_title": "Lakeside Cabin",
    "scheduled_at": "2026-07-09 18:00:00",
    "channel_type": "airbnb",
}
WEBHOOK: Sample = {
    "id": 151,
    "url": "https://hooks.test/in",
    "events": ["message_created"],
    "manageable": True,
    "created_at": "2026-03-03T00:00:00+00:00",
}
