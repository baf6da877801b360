"""A tool that reads reviews of stays: the guest's, the host's and the host's public reply."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any, Literal, TypedDict

from hostex_mcp.api import REVIEW_WINDOW_DAYS, paced, windows
from hostex_mcp.api.endpoints import reviews as api
from hostex_mcp.reads.lists import read_lists
from hostex_mcp.toolkit.arguments import Code, Day, PropertyId, ShortText, in_order, words_in
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Key, ListPage, PageRequest, row_mapper
from hostex_mcp.toolkit.tool import tool

ReviewStatus = Literal["pending_guest_review", "pending_host_review", "reviewed"]


class ReviewRow(TypedDict, total=False):
    """Reviews of one stay in a list: what was written, or in full objects. Scores are out of 5."""

    reservation_code: str
    property_id: int
    channel_type: str
    check_out_date: str
    guest_score: float | None
    guest_review: Any
    host_reply: Any
    host_reviewed: bool


_review = row_mapper(
    ReviewRow,
    guest_score=lambda review: review.guest_review.score if review.guest_review else None,
    guest_review=lambda review: review.guest_review.content if review.guest_review else None,
    host_reply=lambda review: review.host_reply.content if review.host_reply else None,
    host_reviewed=lambda review: review.host_review is not None,
)


@tool(
    "List reviews",
    hostex_name="search_reviews",
    core=True,
    open_world=True,
    keywords="rating score feedback stars guest opinion reply",
)
async def list_reviews(
    context: Context,
    page: PageRequest,
    review_status: ReviewStatus | None = None,
    reservation_code: Code | None = None,
    property_id: PropertyId | None = None,
    start_check_out_date: Day | None = None,
    end_check_out_date: Day | None = None,
    words: ShortText | None = None,
) -> ListPage[ReviewRow]:
    """Reviews by check-out date, up to ten years (default: the last 180 days). `review_status` defaults to
    `reviewed`; `pending_host_review` are those to write. Full detail adds sub-scores (Airbnb 1 to 5,
    Booking.com 1 to 10) and Airbnb's private feedback, which is not for public replies. Reviews have no id,
    guest name or filter by score."""
    in_order(start_check_out_date=start_check_out_date, end_check_out_date=end_check_out_date)
    notes: list[str] = []
    today = context.now().date()
    start = start_check_out_date or today - timedelta(days=REVIEW_WINDOW_DAYS - 1)
    end = end_check_out_date or today
    if start_check_out_date is None:
        notes.append(f"No dates given: check-outs from {start} to {end}.")
    fixed = {"review_status": review_status, "reservation_code": reservation_code, "property_id": property_id}
    queries: list[Mapping[str, Any]] = [
        {**fixed, "start_check_out_date": first, "end_check_out_date": last}
        for first, last in windows(start, end, REVIEW_WINDOW_DAYS)
    ]
    if words:
        # What the guest wrote is there before the host's own review is.
        states = (review_status,) if review_status else ("reviewed", "pending_host_review")
        queries = [{**query, "review_status": state} for query in queries for state in states]
        reviews = await read_lists(context, api.LIST_REVIEWS, queries)
        chosen, looked_at = await _with_words(words, reviews.items)
        notes += [*reviews.notes, looked_at]
        return await context.chosen(chosen, page, _review, order=_newest, notes=notes)
    return await context.merged(
        api.LIST_REVIEWS, queries, page, _review, order=attrgetter("check_out_date"), notes=notes
    )


async def _with_words(words: str, reviews: Sequence[api.Review]) -> tuple[list[api.Review], str]:
    """Return the reviews in whose texts all of the words are, with a note on how many were looked at.

    Raises:
        InvalidArguments: for words without letters.
    """
    sought = words_in(words)
    fits = await paced(lambda review: sought.are_in(_texts(review)), reviews)
    chosen = [review for review, fit in zip(reviews, fits, strict=True) if fit]
    return chosen, f"Searched: the texts of both sides, private feedback too, in {len(reviews)} reviews."


def _texts(review: api.Review) -> str:
    by_guest, by_host, reply = review.guest_review, review.host_review, review.host_reply
    texts = [
        by_guest and by_guest.content,
        by_guest and by_guest.private_feedback,
        by_host and by_host.content,
        reply and reply.content,
    ]
    return "\n".join(text for text in texts if text)


def _newest(review: api.Review) -> Key:
    return [-review.check_out_date.toordinal(), review.key, review.property_id]
