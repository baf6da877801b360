"""Plans that wait: messages before arrival and departure, reviews after it."""

from datetime import datetime, time

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.demo.stays import Stay
from hostex_mcp.sandbox.state import Row

MESSAGE_PLANS, REVIEW_PLANS = 20, 5
HORIZON_DAYS = 28
_REVIEW_DELAY_DAYS = 3


def add_automation(builder: Builder, stays: list[Stay]) -> None:
    """Add the next message plans and review plans, each by the time it is due."""
    alive = [stay for stay in stays if _is_expected(stay)]
    messages = [plan for stay in alive for plan in _messages(builder, stay)]
    reviews = [_review(builder, stay) for stay in alive if stay.booking.channel == "airbnb"]
    plans = _next(builder, messages, MESSAGE_PLANS) + _next(builder, reviews, REVIEW_PLANS)
    builder.account.automation_actions = {plan["id"]: plan for plan in plans}


def _is_expected(stay: Stay) -> bool:
    return bool(stay.booking.status == "accepted" and stay.row["property_id"] and stay.row["conversation_id"])


def _next(builder: Builder, plans: list[Row], count: int) -> list[Row]:
    """Number the first plans that are still to come."""
    due = [plan for plan in plans if datetime.fromisoformat(plan["scheduled_at"]) > builder.now]
    due.sort(key=lambda plan: datetime.fromisoformat(plan["scheduled_at"]))
    return [{"id": builder.number("plan")} | plan for plan in due[:count]]


def _messages(builder: Builder, stay: Stay) -> list[Row]:
    booking, title = stay.booking, stay.place["title"]
    guide = _plan(builder, stay, "message", "Send message: Check-in guide", booking.start - 2, time(10))
    leaving = _plan(builder, stay, "message", "Send message: Check-out reminder", booking.end - 1, time(18))
    guide["_message"] = f"Your check-in guide for {title} is ready."
    leaving["_message"] = f"We hope you enjoyed {title}. Check-out is at {stay.place['times'][1]} tomorrow."
    return [plan for plan, day in ((guide, booking.start), (leaving, booking.end)) if day <= HORIZON_DAYS]


def _review(builder: Builder, stay: Stay) -> Row:
    day = stay.booking.end + _REVIEW_DELAY_DAYS
    plan = _plan(builder, stay, "review", "Review guest: five stars", day, time(11))
    return plan | {"_review": "Tidy and kind guests, welcome back any time."}


def _plan(builder: Builder, stay: Stay, kind: str, name: str, day: int, clock: time) -> Row:
    return {
        "type": kind,
        "name": name,
        "send_to": stay.guest.name,
        "stay_code": stay.row["stay_code"],
        "property_id": stay.row["property_id"],
        "property_title": stay.place["title"],
        "scheduled_at": builder.local(day, clock).isoformat(),
        "channel_type": stay.booking.channel,
    }
