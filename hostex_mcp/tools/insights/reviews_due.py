"""Reviews that are due."""

from dataclasses import replace
from typing import Annotated, TypedDict

from annotated_types import Ge, Le

from hostex_mcp.domain.reviews_due import WRITE_DAYS, ReviewDue
from hostex_mcp.reads.lists import PartialReads, failure_rows
from hostex_mcp.reads.portfolio import Portfolio, read_portfolio
from hostex_mcp.reads.records import read_reviews_due
from hostex_mcp.toolkit.arguments import Id, Integer, PropertyIds
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.paging import moment_of, sliced
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.results import JsonObject, ListPage, PageRequest, lean
from hostex_mcp.toolkit.tool import tool
from hostex_mcp.tools.insights.waiting import brief, excerpt

ANSWER_DAYS = 60

_MOST_TEXT, _BRIEF_TEXT = 1_500, 60
_FULL_ONLY = ("check_out_date", "channel_type")
_DEFINITION = (
    f"Inferred: writing closes {WRITE_DAYS} days after check-out, as on Airbnb, on the day `closes`. Reviews "
    "to write come first, soonest to close first; then those to answer, lowest score first."
)


class ReviewDueRow(TypedDict, total=False):
    """A review that is due to write, to answer, or both. Scores are out of 5."""

    due: list[str]
    closes: str | None
    days_left: int | None
    property_id: int
    property: str
    check_out_date: str
    channel_type: str
    guest_score: float | None
    guest_review: str
    reservation_code: str


@tool(
    "List reviews due",
    open_world=True,
    keywords="review to write answer reply pending deadline closing window feedback unanswered rate guest",
)
async def list_reviews_due(
    context: Context,
    page: PageRequest,
    days: Annotated[Integer, Ge(1), Le(365), "check-outs so far back (default 60)"] = ANSWER_DAYS,
    property_ids: PropertyIds | None = None,
    group_id: Id | None = None,
) -> ListPage[ReviewDueRow]:
    """Reviews to write about guests (soonest to close first), and guests' reviews without a reply (lowest
    score first), of check-outs in the last `days` days. Full detail has the whole text; `private_feedback`
    is left out, and there is no guest name."""
    # Later pages are worked out as of the first one, or rows would shift between them.
    moment = moment_of(page, context.now())
    portfolio = replace(await read_portfolio(context, property_ids, group_id), now=moment)
    parts = PartialReads()
    reviews = await read_reviews_due(context, portfolio, days, parts)
    redactor, full = context.redactor(), page.detail == "full"
    most_text = _MOST_TEXT if full else _BRIEF_TEXT
    rows = [review_row(review, portfolio, redactor, most_text) for review in reviews]
    rows = rows if full else [brief(row, _FULL_ONLY) for row in rows]
    notes = [_DEFINITION, f"Check-outs of the last {days} days.", *portfolio.notes, *parts.notes]
    answer = sliced(rows, page, notes, keys=[review.key for review in reviews], moment=moment)
    answer.failed = failure_rows(parts.failures)
    return answer


def review_row(
    due: ReviewDue, portfolio: Portfolio, redactor: Redactor, most_text: int = _BRIEF_TEXT
) -> JsonObject:
    """Return a review that is due as a row."""
    review, guest = due.review, due.review.guest_review
    row = ReviewDueRow(
        due=due.due,
        closes=f"{due.closes}" if due.closes else None,
        days_left=due.days_left,
        property_id=review.property_id,
        property=portfolio.titled(review.property_id),
        check_out_date=f"{review.check_out_date}",
        channel_type=review.channel_type,
        guest_score=guest.score if guest else None,
        guest_review=redactor.fence(excerpt((guest and guest.content) or "", most_text)),
        reservation_code=review.reservation_code,
    )
    return lean(row)
