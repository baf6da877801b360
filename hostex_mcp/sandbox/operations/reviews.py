"""Reviews, one row per reservation."""

from datetime import timedelta

from hostex_mcp.sandbox.envelope import ApiError, bad_request, broken_rule
from hostex_mcp.sandbox.fields import day, integer, number, paging, record, text
from hostex_mcp.sandbox.lookups import iso, require_order
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.reviewing import post_review, review_of, status_of
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.vocabulary import CATEGORY_RATING_CHANNELS, REVIEW_STATUSES

WINDOW_DAYS = 180


@operation(
    "GET /reviews",
    query=(
        *paging(required=("offset", "limit")),
        text("reservation_code"),
        integer("property_id"),
        text("review_status", enum=REVIEW_STATUSES, default="reviewed"),
        day("start_check_out_date"),
        day("end_check_out_date"),
    ),
)
def query_reviews(call: SandboxCall) -> Row:
    """List reviews of stays that ended in a window, the last 180 days by default; no total."""
    query, start, end = call.query, *_window(call)
    rows = [
        row
        for row in call.account.reviews.values()
        if start <= row["check_out_date"] <= end
        and status_of(row) == query["review_status"]
        and all(query.get(key) in (None, row[key]) for key in ("reservation_code", "property_id"))
    ]
    return call.page("reviews", rows, total=False)


@operation(
    "POST /reviews/{reservation_code}",
    body=(
        number("host_review_score", minimum=0, maximum=5),
        text("host_review_content"),
        text("host_reply_content"),
        record(
            "category_ratings",
            *(
                number(name, minimum=0, maximum=5)
                for name in ("overall_rating", "cleanliness", "communication", "respect_of_house_rules")
            ),
            number("recommend", minimum=0, maximum=1),
        ),
    ),
)
def create_review(call: SandboxCall) -> None:
    """Review the guest, or answer the guest's review, or both."""
    body = call.body
    if not (body.get("host_review_content") or body.get("host_reply_content")):
        raise bad_request("The host review content field is required when host reply content is not present.")
    review = review_of(call.account, call.path["reservation_code"], call.today)
    if body.get("host_reply_content"):
        _require_answerable(review)
    if body.get("host_review_content"):
        _review(call, review)
    if body.get("host_reply_content"):
        review["host_reply"] = {"content": body["host_reply_content"], "created_at": iso(call.now)}
    call.account.reviews[review["reservation_code"]] = review


def _review(call: SandboxCall, review: Row) -> None:
    """Review the guest. Inferred: 422 for category ratings on a channel without them, 400 without a score."""
    ratings: Row = call.body.get("category_ratings", {})
    if ratings and review["channel_type"] not in CATEGORY_RATING_CHANNELS:
        raise broken_rule("Category ratings are not available on this channel.")
    score = call.body.get("host_review_score", ratings.get("overall_rating"))
    if score is None:
        raise bad_request("The host review score field is required.")
    post_review(review, score, call.body["host_review_content"], ratings, call.now)


def _require_answerable(review: Row) -> None:
    """Check that a reply fits. Inferred: 400 without a guest review, 409 for a second reply."""
    if review["guest_review"] is None:
        raise bad_request("There is no guest review to reply to.")
    if review["host_reply"] is not None:
        raise ApiError(409, "The guest review has already been replied to.")


def _window(call: SandboxCall) -> tuple[str, str]:
    """Return the window. The default spans 180 days, a window asked for must stay below."""
    start, end = call.query.get("start_check_out_date"), call.query.get("end_check_out_date")
    first = start or call.today - timedelta(days=WINDOW_DAYS)
    last = end or call.today
    require_order(first, last)
    if (start or end) and (last - first).days >= WINDOW_DAYS:
        raise broken_rule(f"The check out date range must be less than {WINDOW_DAYS} days.")
    return str(first), str(last)
