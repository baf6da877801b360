"""Writing the host's side of a review."""

from datetime import date, datetime
from typing import Any

from hostex_mcp.sandbox.envelope import ApiError, bad_request
from hostex_mcp.sandbox.lookups import iso, stays_of
from hostex_mcp.sandbox.state import Row, SandboxAccount


def review_of(account: SandboxAccount, reservation_code: str, today: date) -> Row:
    """Return the review row of a reservation, a new one to be stored if there is none yet.

    Inferred: 400 before the day of check-out, as documented for automatic reviews.
    """
    if reservation_code in account.reviews:
        return account.reviews[reservation_code]
    stay = stays_of(account, reservation_code)[0]
    if date.fromisoformat(stay["check_out_date"]) > today:
        raise bad_request("The reservation cannot be reviewed before the check out date.")
    keys = (
        "reservation_code",
        "property_id",
        "channel_type",
        "listing_id",
        "check_in_date",
        "check_out_date",
    )
    return {key: stay[key] for key in keys} | {"host_review": None, "guest_review": None, "host_reply": None}


def status_of(review: Row) -> str:
    """Return whose review is missing. Inferred: a row without its own status waits for the guest first."""
    if "_status" in review:
        return str(review["_status"])
    if review["guest_review"] is None:
        return "pending_guest_review"
    return "pending_host_review" if review["host_review"] is None else "reviewed"


def post_review(review: Row, score: float, content: str, ratings: dict[str, Any], now: datetime) -> None:
    """Review the guest, for good. Inferred: 409 for a second review."""
    if review["host_review"] is not None:
        raise ApiError(409, "The guest has already been reviewed.")
    sub_score = [
        {"category": category, "rating": rating, "review_category_tags": None}
        for category, rating in ratings.items()
        if category not in ("overall_rating", "recommend")
    ]
    review["host_review"] = {
        "score": score,
        "sub_score": sub_score if sub_score and review["channel_type"] == "airbnb" else None,
        "content": content,
        "created_at": iso(now),
    }
    if review.get("_status") == "pending_host_review":
        review["_status"] = "reviewed"
