"""Tools that post the host's reviews of guests and public replies to theirs."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypedDict, get_args

from annotated_types import Gt, Le, MaxLen, MinLen
from pydantic import BeforeValidator

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints import reviews as api
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.reviews import repeats
from hostex_mcp.domain.wording import day_text
from hostex_mcp.reads.stay_lookup import find_order
from hostex_mcp.toolkit.arguments import Arguments, Code, InvalidArguments, Number
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reviews.read import ReviewStatus
from hostex_mcp.tools.writing.due_soon import review_due
from hostex_mcp.tools.writing.edits import change_body
from hostex_mcp.tools.writing.stays import StayView, in_words, stay_target, stay_view
from hostex_mcp.tools.writing.titles import titles_of

WITH_CATEGORIES = ("airbnb", "zhenguo")

_FINAL = ("It is public on the channel at once, and cannot be changed or taken back.",)
_FEEDBACK = (
    "The guest also left private feedback, which must not become public; "
    "only runs of five words from it were looked for."
)

Score = Annotated[Number, Gt(0), Le(5)]
ReviewText = Annotated[str, MinLen(1), MaxLen(10_000)]


def _yes(value: object) -> object:
    # Hostex's own 1 is a yes. A 0 is no answer: it is what fills in a rating that nobody gave.
    return "yes" if value in (1, "1") else value


Recommendation = Annotated[Literal["yes", "no"], BeforeValidator(_yes)]


class CategoryRatings(Arguments):
    """Ratings of a guest by category."""

    overall_rating: Score | None = None
    cleanliness: Score | None = None
    communication: Score | None = None
    respect_of_house_rules: Score | None = None
    recommend: Recommendation | None = None

    def sent(self) -> dict[str, Any]:
        """Return the ratings as Hostex takes them."""
        ratings = self.model_dump(exclude_none=True)
        return ratings | ({"recommend": int(self.recommend == "yes")} if self.recommend else {})


class PostedReview(StayView, total=False):
    """What was posted about a stay."""

    reservation_code: str
    channel_type: str
    host_review_score: float
    host_review_content: str
    category_ratings: dict[str, Any]


class PostedReply(TypedDict, total=False):
    """A posted reply with the review that it answers; the score is out of 5."""

    reservation_code: str
    channel_type: str
    guest_name: str | None
    guest_score: float | None
    guest_review: str | None
    host_reply_content: str


@tool(
    "Review a guest",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="create_review",
    open_world=True,
    keywords="rate guest post review stars score",
)
async def create_review(
    context: Context,
    reservation_code: Code,
    host_review_content: ReviewText,
    host_review_score: Annotated[Score, "out of 5; else overall_rating stands in"] | None = None,
    category_ratings: Annotated[CategoryRatings, "Airbnb only; out of 5"] | None = None,
) -> PlannedWrite[PostedReview]:
    """Post the host's review of a guest. It is public on the channel and cannot be changed or taken back."""
    ratings = category_ratings.sent() if category_ratings else {}
    if host_review_score is None and "overall_rating" not in ratings:
        raise InvalidArguments(
            FieldProblem("host_review_score", "is required unless overall_rating is given")
        )
    stay = (await find_order(context, reservation_code))[0]
    if ratings and stay.channel_type not in WITH_CATEGORIES:
        raise InvalidArguments(FieldProblem("category_ratings", f"do not exist on {stay.channel_type}"))
    review = await _review_of(context, stay)
    if review and review.host_review:
        raise InvalidArguments(
            FieldProblem("reservation_code", "has the host's review already, which is final")
        )
    body = change_body(
        host_review_score=host_review_score,
        host_review_content=host_review_content,
        category_ratings=ratings or None,
    )
    titles = await titles_of(context, [stay])

    async def send() -> PostedReview:
        await context.client.call(api.CREATE_REVIEW, path={"reservation_code": reservation_code}, body=body)
        return PostedReview(**stay_view(context, stay, titles), **_order(stay), **body)

    changes = [{"what": name, "after": value} for name, value in body.items()]
    summary, target = _about(context, "Publish a review of", stay, titles, review)
    warnings = [*_FINAL, *_early(stay, context.now().date()), *await review_due(context, reservation_code)]
    if review and repeats(host_review_content, _private(review)):
        warnings.append("It repeats what the guest wrote as private feedback.")
    return PlannedWrite(send, preview=Preview(summary, target, changes, warnings))


@tool(
    "Reply to a guest's review",
    effect=Effect.CONSEQUENTIAL,
    hostex_name=None,
    core=True,
    open_world=True,
    keywords="answer respond public review reply",
)
async def reply_to_review(
    context: Context, reservation_code: Code, host_reply_content: ReviewText
) -> PlannedWrite[PostedReply]:
    """Post the host's public reply to a guest's review. It cannot be changed or taken back. What the guest
    wrote as private feedback is refused in it."""
    stay = (await find_order(context, reservation_code))[0]
    review = await _review_of(context, stay)
    if review is None or review.guest_review is None:
        raise InvalidArguments(FieldProblem("reservation_code", "has no guest review to reply to"))
    if review.host_reply:
        raise InvalidArguments(FieldProblem("reservation_code", "has a reply already, which is final"))
    if repeats(host_reply_content, _private(review)):
        raise InvalidArguments(FieldProblem("host_reply_content", "repeats the guest's private feedback"))

    async def send() -> PostedReply:
        body = {"host_reply_content": host_reply_content}
        await context.client.call(api.CREATE_REVIEW, path={"reservation_code": reservation_code}, body=body)
        return _replied(context, stay, review, host_reply_content)

    changes = [{"what": "host_reply_content", "after": host_reply_content}]
    titles = await titles_of(context, [stay])
    summary, target = _about(context, "Publish a reply to the review by", stay, titles, review)
    private = [_FEEDBACK] if _private(review) else []
    return PlannedWrite(send, preview=Preview(summary, target, changes, [*_FINAL, *private]))


def _about(
    context: Context,
    verb: str,
    stay: Reservation,
    titles: Mapping[int, str],
    review: api.Review | None,
) -> tuple[str, dict[str, Any]]:
    """Return summary and target of a preview: the stay, and the guest's review of it."""
    title = titles[stay.property_id]
    answer = context.preview_redactor().redact(review).guest_review if review else None
    facts = {"guest_score": answer.score, "guest_review": answer.content} if answer else {}
    return f"{verb} {in_words(stay, title)}", {**stay_target(stay, title), **lean(facts)}


def _early(stay: Reservation, today: date) -> list[str]:
    """Warn of a review of a stay that is not over, or does not take place."""
    end = day_text(stay.check_out_date)
    warnings = [f"The stay does not end until {end}."] if today < stay.check_out_date else []
    return warnings if stay.status == "accepted" else [*warnings, f"The stay is {stay.status}."]


def _private(review: api.Review) -> str:
    return (review.guest_review and review.guest_review.private_feedback) or ""


def _order(stay: Reservation) -> dict[str, Any]:
    return {"reservation_code": stay.reservation_code, "channel_type": stay.channel_type}


def _replied(context: Context, stay: Reservation, review: api.Review, reply: str) -> PostedReply:
    redactor = context.redactor()
    guest_review = redactor.redact(review).guest_review or api.GuestReview()
    row = {
        **_order(stay),
        "guest_name": redactor.redact(stay).guest_name,
        "guest_score": guest_review.score,
        "guest_review": guest_review.content,
        "host_reply_content": reply,
    }
    return PostedReply(**lean(row))


async def _review_of(context: Context, stay: Reservation) -> api.Review | None:
    """Return the reviews of a stay's reservation, None where Hostex lists none."""
    # Hostex lists one status at a time, and without dates only check-outs of its own window.
    query = {
        "reservation_code": stay.reservation_code,
        "start_check_out_date": stay.check_out_date,
        "end_check_out_date": stay.check_out_date,
    }
    reads = [
        context.client.page(api.LIST_REVIEWS, query={**query, "review_status": status})
        for status in get_args(ReviewStatus)
    ]
    reviews = [review for page in await asyncio.gather(*reads) for review in page.items]
    return next((review for review in reviews if review.reservation_code == stay.reservation_code), None)
