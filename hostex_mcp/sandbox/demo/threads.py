"""Conversations: hand-written ones, ordinary ones around them, and the order of the list."""

from hostex_mcp.sandbox.demo.builder import Builder, load
from hostex_mcp.sandbox.demo.messages import (
    ThreadTexts,
    long_thread,
    ordinary_thread,
    planned_thread,
    written_messages,
)
from hostex_mcp.sandbox.demo.places import cover_url
from hostex_mcp.sandbox.demo.stays import Stay, orders_of
from hostex_mcp.sandbox.lookups import zulu
from hostex_mcp.sandbox.state import Row

FIRST_DAY, LAST_DAY = -5, 11
_PREFIXES = {"airbnb": 0, "booking.com": 2, "vrbo": 4, "booking_site": 6}
_OUT_OF_ORDER = 3


def add_conversations(builder: Builder, stays: list[Stay]) -> None:
    """Add the threads of the stays around today, and of guests who only asked.

    Inferred: the form of a thread's id, which follows that of a reservation code.
    """
    account, plan = builder.account, builder.part("threads")
    texts = ThreadTexts(plan["stays"], load("chats"))
    rows = [_inquiry(builder, inquiry) for inquiry in plan["inquiries"]]
    spoken = [order for order in orders_of(stays) if _has_thread(order[0], texts)]
    rows += [_of_order(builder, order, texts, plan["notes"]) for order in spoken]
    rows.sort(key=lambda row: row["messages"][0]["created_at"], reverse=True)
    for number, row in enumerate(rows):
        if number % 3 == 2:
            row["_summary"] = _summary_without_title(row)
    account.conversations = {row["id"]: row for row in _almost_sorted(rows)}


def _has_thread(stay: Stay, texts: ThreadTexts) -> bool:
    within_reach = stay.booking.end >= FIRST_DAY and stay.booking.start <= LAST_DAY
    return stay.booking.channel in _PREFIXES and (within_reach or stay.booking.key in texts.planned)


def _almost_sorted(rows: list[Row]) -> list[Row]:
    """Turn the last three rows around, as the live list is newest first but for its end."""
    return rows[:-_OUT_OF_ORDER] + rows[-_OUT_OF_ORDER:][::-1]


def _of_order(builder: Builder, order: list[Stay], texts: ThreadTexts, notes: Row) -> Row:
    stay, key = order[0], order[0].booking.key
    number = builder.number("conversation")
    if key in texts.planned:
        messages = planned_thread(builder, stay, texts)
    elif key == "long_thread":
        messages = long_thread(builder, texts)
    else:
        messages = ordinary_thread(builder, stay, texts)
    thread_id = f"{_PREFIXES[stay.booking.channel]}-{number}-thr{number % 1000:03}"
    for member in order:
        member.row["conversation_id"] = thread_id
    return {
        "id": thread_id,
        "channel_type": stay.booking.channel,
        "guest": stay.guest.card(),
        "activities": [
            _activity(builder, "reservation", member.row, member.row["property_id"]) for member in order
        ],
        "note": notes.get(key),
        "messages": messages,
    }


def _inquiry(builder: Builder, inquiry: Row) -> Row:
    """Return a thread of a guest who has not booked."""
    dates = {
        "check_in_date": str(builder.day(inquiry["start"])),
        "check_out_date": str(builder.day(inquiry["start"] + inquiry["nights"])),
        "listing_id": inquiry["listing_id"],
    }
    return {
        "id": inquiry["id"],
        "channel_type": "airbnb",
        "guest": inquiry["guest"],
        "activities": [_activity(builder, "inquiry", dates, inquiry["property_id"])],
        "note": None,
        "messages": written_messages(builder, inquiry["messages"]),
        "_offers": [_offer(builder, inquiry, dates, offer) for offer in inquiry.get("offers", [])],
    }


def _activity(builder: Builder, kind: str, facts: Row, property_id: int) -> Row:
    place = builder.account.properties.get(property_id)
    return {
        "activity_type": kind,
        "reservation_code": facts.get("reservation_code"),
        "check_in_date": facts["check_in_date"],
        "check_out_date": facts["check_out_date"],
        "listing_id": facts["listing_id"],
        "property": None if place is None else _property(builder, place),
    }


def _property(builder: Builder, place: Row) -> Row:
    pools = builder.account.room_types.values()
    pool = next((pool for pool in pools if place["id"] in [room["id"] for room in pool["properties"]]), None)
    return {
        "id": place["id"],
        "title": place["title"],
        "cover_url": cover_url(place["id"]),
        "room_type": None if pool is None else {"id": pool["id"], "title": pool["title"]},
    }


def _offer(builder: Builder, inquiry: Row, dates: Row, offer: Row) -> Row:
    made = builder.ago(minutes=offer["ago"])
    return {
        "id": str(builder.number("offer")),
        "offer_type": "special_offer",
        "status": offer["status"],
        **dates,
        "nights": inquiry["nights"],
        "number_of_guests": offer["guests"],
        "price": offer["price"],
        "currency": builder.currency_of(inquiry["property_id"]),
        "expire_time": zulu(builder.ago(minutes=offer["ago"] - 1440)),
        "create_time": zulu(made),
    }


def _summary_without_title(row: Row) -> Row:
    """Return what the list shows of the thread: of about a third it does not know the property."""
    activity = row["activities"][0]
    return {key: activity[key] for key in ("check_in_date", "check_out_date")}
