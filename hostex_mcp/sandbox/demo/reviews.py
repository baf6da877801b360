"""Reviews of past stays: written by both, by one side, or still owed."""

from datetime import datetime, timedelta
from typing import Any

from hostex_mcp.sandbox.demo.builder import Builder, load
from hostex_mcp.sandbox.demo.stays import Stay
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row

WINDOW_DAYS = 14
_CATEGORIES = {
    "airbnb": ("accuracy", "checkin", "cleanliness", "communication", "location", "value"),
    "booking.com": ("facilities", "comfort", "staff", "value", "clean", "location"),
}
_HOST_CATEGORIES = ("cleanliness", "communication", "respect_of_house_rules")


def add_reviews(builder: Builder, stays: list[Stay]) -> None:
    """Add a row for most stays that are over, on the channels where guests review."""
    texts = load("reviews")
    over = [stay for stay in stays if stay.row["stay_status"] == "stay_completed"]
    over.sort(key=lambda stay: stay.booking.end)
    rows = [_review(builder, stay, texts) for stay in over if stay.booking.channel in _CATEGORIES]
    builder.account.reviews = {row["reservation_code"]: row for row in rows if row["_status"]}


def _review(builder: Builder, stay: Stay, texts: Row) -> Row:
    """Return one row. Inferred: Hostex asks the host to review for 14 days, on Airbnb alone."""
    hosts_review = stay.booking.channel == "airbnb"
    recent = stay.booking.end >= -WINDOW_DAYS
    if hosts_review and (recent or builder.random.random() < 0.08):
        sides, status = _open_sides(builder, stay, recent=recent)
    else:
        written = builder.random.random() < 0.7
        sides, status = (written, hosts_review), "reviewed" if written else ""
    guest = _guest_side(builder, stay, texts) if sides[0] else None
    host = _host_side(builder, stay, texts) if sides[1] else None
    keys = (
        "reservation_code",
        "property_id",
        "channel_type",
        "listing_id",
        "check_in_date",
        "check_out_date",
    )
    return {key: stay.row[key] for key in keys} | {
        "host_review": host,
        "guest_review": guest,
        "host_reply": _reply(builder, guest, texts) if status == "reviewed" else None,
        "_status": status,
    }


def _open_sides(builder: Builder, stay: Stay, *, recent: bool) -> tuple[tuple[bool, bool], str]:
    """Return who has written (guest, host). The stays the plan names wait for the host, their guest has."""
    if stay.booking.key in ("late_review", "nearly_late_review"):
        return (True, False), "pending_host_review"
    if not recent or builder.random.random() < 0.4:
        return (False, True), "pending_guest_review"
    return (builder.random.random() < 0.5, False), "pending_host_review"


def _guest_side(builder: Builder, stay: Stay, texts: Row) -> Row:
    score, content, feedback = builder.random.choice(texts["guest"])
    airbnb = stay.booking.channel == "airbnb"
    return {
        "score": score,
        "sub_score": _sub_scores(builder, stay.booking.channel, score),
        "content": content,
        "private_feedback": feedback if airbnb else None,
        "created_at": iso(_written(builder, stay)),
    }


def _sub_scores(builder: Builder, channel: str, score: int) -> list[Row]:
    """Rate the categories of a channel: whole marks up to 5 on Airbnb, halves up to 10 on Booking.com."""
    rows: list[Row] = []
    for category in _CATEGORIES[channel]:
        mark: float = min(5, score + builder.random.choice((0, 0, 1)))
        if channel == "booking.com":
            mark = min(10, score * 2 + builder.random.choice((-0.5, 0, 0.5)))
        rows.append({"category": category, "rating": mark, "review_category_tags": None})
    if score == 5 and channel == "airbnb":
        rows[-2]["review_category_tags"] = ["QUIET_AREA"]
    return rows


def _host_side(builder: Builder, stay: Stay, texts: Row) -> Row:
    score, content = builder.random.choice(texts["host"])
    marks = [
        {"category": category, "rating": score, "review_category_tags": None} for category in _HOST_CATEGORIES
    ]
    return {
        "score": score,
        "sub_score": marks if stay.booking.channel == "airbnb" else None,
        "content": content,
        "created_at": iso(_written(builder, stay)),
    }


def _written(builder: Builder, stay: Stay) -> datetime:
    """Return a time within four days after check-out, before now."""
    check_out = builder.past(stay.booking.end, builder.daytime())
    return min(check_out + timedelta(hours=builder.random.randrange(20, 96)), builder.ago(hours=2))


def _reply(builder: Builder, guest: dict[str, Any] | None, texts: Row) -> Row | None:
    if guest is None or builder.random.random() < 0.5:
        return None
    answered = datetime.fromisoformat(guest["created_at"]) + timedelta(hours=7)
    content = builder.random.choice(texts["reply"])
    return {"content": content, "created_at": iso(min(answered, builder.ago(hours=1)))}
