"""A stay and all that belongs to it, as one answer shows it."""

from typing import Any

from hostex_mcp.api.endpoints.automation import AutomationAction
from hostex_mcp.api.endpoints.finance import Transaction
from hostex_mcp.api.endpoints.messaging import Conversation, Message
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.reviews import Review
from hostex_mcp.api.endpoints.tasks import Task
from hostex_mcp.domain.guest_text import bounded, one_line, tidy
from hostex_mcp.domain.messages import OURS, author, last_word
from hostex_mcp.domain.readiness import balance_due, has_lock_code
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.turnovers import in_time, out_time
from hostex_mcp.domain.waiting import unanswered
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.reads.stay import StayContext
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.results import JsonObject, everything, lean

_MOST_TEXT = 600


def stay_facts(stay: Reservation, meant: Portfolio, screen: Redactor) -> JsonObject:
    """The booking, the guest, and the money, as `stay` and `money`."""
    shown = screen.redact(stay)
    place = next((one for one in meant.properties if one.id == stay.property_id), None)
    comes, leaves = (in_time(stay, place), out_time(stay, place)) if place else (None, None)
    facts = {
        "stay_code": stay.stay_code,
        "reservation_code": stay.reservation_code,
        "channel_type": stay.channel_type,
        "status": stay.status,
        "stay_status": stay.stay_status,
        "property_id": stay.property_id or None,
        "property": meant.titled(stay.property_id) if stay.property_id else "no property",
        "in_reservation_box": stay.in_reservation_box or None,
        "check_in_date": f"{stay.check_in_date}",
        "check_in_time": f"{comes:%H:%M}" if comes else None,
        "check_out_date": f"{stay.check_out_date}",
        "check_out_time": f"{leaves:%H:%M}" if leaves else None,
        "nights": (stay.check_out_date - stay.check_in_date).days,
        "guest_name": guest(stay),
        "guest_phone": shown.guest_phone,
        "guest_email": shown.guest_email,
        **_party(stay),
        "lock_code": "set" if has_lock_code(stay) else "missing",
        "booked_at": stay.booked_at.isoformat() if stay.booked_at else None,
        "cancelled_at": stay.cancelled_at.isoformat() if stay.cancelled_at else None,
        "tags": [one_line(tag) for tag in stay.tags],
        "remarks": shown.remarks,
        "channel_remarks": shown.channel_remarks,
        "custom_fields": shown.custom_fields or None,
        "conversation_id": stay.conversation_id,
    }
    return {"stay": lean(facts), "money": _money(shown)}


def surroundings(around: StayContext, screen: Redactor) -> JsonObject:
    """What belongs to the stay."""
    rows = {
        "thread": _thread(around.thread) if around.thread else None,
        "messages": _messages(around.thread, screen) if around.thread else [],
        "tasks": [_task(one) for one in screen.redact(around.tasks)],
        "transactions": [_transaction(one) for one in screen.redact(around.transactions)],
        "automations": [_plan(one) for one in screen.redact(around.plans)],
        "review": _review(around.review, screen) if around.review else None,
    }
    return lean(rows)


def _party(stay: Reservation) -> JsonObject:
    counts = {
        "guests": stay.number_of_guests,
        "adults": stay.number_of_adults,
        "children": stay.number_of_children,
        "infants": stay.number_of_infants,
        "pets": stay.number_of_pets,
    }
    return {name: count or None for name, count in counts.items()}


def _money(stay: Reservation) -> JsonObject:
    rates, paid, due = stay.rates, stay.payment, balance_due(stay)
    row = {
        "rate": everything(rates.rate) if rates and rates.rate else None,
        "commission": everything(rates.commission) if rates and rates.commission else None,
        "lines": [everything(one) for one in rates.details] if rates else [],
        "payment": everything(paid) if paid else None,
        "balance_to_collect": {"amount": due.amount, "currency": due.currency} if due else None,
    }
    return lean(row)


def _thread(thread: Conversation) -> JsonObject:
    said, open_one = last_word(thread), unanswered(thread)
    row = {
        "conversation_id": thread.id,
        "messages_in_all": len(thread.messages),
        "last_word": said[0] if said else None,
        "guest_waits": bool(open_one and open_one.auto_reply != "assistant") or None,
        "auto_reply": open_one.auto_reply if open_one else None,
        "note": tidy(thread.note or ""),
    }
    return lean(row)


def _messages(thread: Conversation, screen: Redactor) -> list[JsonObject]:
    """The messages, oldest first."""
    return [_message(one, screen) for one in reversed(thread.messages)]


def _message(one: Message, screen: Redactor) -> JsonObject:
    who = author(one)
    text = bounded(one.content, _MOST_TEXT)
    row = {
        "author": who,
        "created_at": one.created_at.isoformat() if one.created_at else None,
        "content": tidy(text) if who in OURS else screen.fence(text),
        "display_type": None if one.display_type == "Text" else one.display_type,
    }
    return lean(row)


def _task(one: Task) -> JsonObject:
    row: dict[str, Any] = {
        "id": one.id,
        "type": one.type,
        "status": one.status,
        "expected": one.expected,
        "staff_name": one_line(one.staff_name or ""),
        "note": tidy(one.note or ""),
    }
    return lean(row)


def _transaction(one: Transaction) -> JsonObject:
    row = {
        "id": one.id,
        "direction": one.direction,
        "amount": one.amount,
        "currency": one.currency,
        "item_name": one.item_name,
        "status": one.status,
        "action_at": one.action_at.isoformat() if one.action_at else None,
    }
    return lean(row)


def _plan(one: AutomationAction) -> JsonObject:
    return {"id": one.id, "type": one.type, "name": one_line(one.name), "scheduled_at": one.scheduled_at}


def _review(one: Review, screen: Redactor) -> JsonObject:
    seen = screen.redact(one)
    guest_said, host_said, reply = seen.guest_review, seen.host_review, seen.host_reply
    row = {
        "guest_score": guest_said.score if guest_said else None,
        "guest_review": guest_said.content if guest_said else None,
        "private_feedback": guest_said.private_feedback if guest_said else None,
        "host_score": host_said.score if host_said else None,
        "host_review": tidy((host_said and host_said.content) or ""),
        "host_reply": tidy((reply and reply.content) or ""),
    }
    return lean(row)
