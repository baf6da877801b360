"""Reviews of stays: the guest's, the host's, and the host's public reply."""

from operator import attrgetter
from typing import Annotated

from hostex_mcp.api.endpoints.marks import GuestText
from hostex_mcp.api.endpoints.models import Day, Id, Many, Maybe, MaybeMoment, Model, Number, Text
from hostex_mcp.api.operation import ListEndpoint, Operation


class ReviewSubScore(Model):
    """A score of one category: Airbnb from 1 to 5, Booking.com from 1 to 10."""

    category: str | None = None
    rating: Number | None = None
    review_category_tags: Many[str] = ()


class HostReview(Model):
    """What the host wrote about the guest; the score is out of 5."""

    score: Number | None = None
    sub_score: Many[ReviewSubScore] = ()
    content: str | None = None
    created_at: MaybeMoment = None


class GuestReview(Model):
    """What the guest wrote about the stay; the score is out of 5. `private_feedback` (Airbnb) was meant for
    the host alone and has no place in a public reply."""

    score: Number | None = None
    sub_score: Many[ReviewSubScore] = ()
    content: Annotated[str | None, GuestText()] = None
    private_feedback: Annotated[str | None, GuestText()] = None
    created_at: MaybeMoment = None


class ReviewReply(Model):
    """The host's public answer to the guest's review."""

    content: str | None = None
    created_at: MaybeMoment = None


class Review(Model):
    """The reviews of one stay. There is no id and no guest name."""

    reservation_code: str
    property_id: Id
    channel_type: Text
    listing_id: Text
    check_in_date: Day
    check_out_date: Day
    host_review: Maybe[HostReview] = None
    guest_review: Maybe[GuestReview] = None
    host_reply: Maybe[ReviewReply] = None

    @property
    def key(self) -> str:
        """What tells it from other reviews: the code of its order or, without one, its stay."""
        stay = f"{self.property_id} {self.channel_type} {self.listing_id}"
        return self.reservation_code or f"{stay} {self.check_in_date} {self.check_out_date}"


LIST_REVIEWS = ListEndpoint("/reviews", "reviews", Review, attrgetter("key", "property_id"), repeats=True)
CREATE_REVIEW = Operation[None]("POST", "/reviews/{reservation_code}")
