"""Reviews that are due: to be written about a guest, or to be answered.

A review is due *to write* while Hostex waits for the host's (`pending_host_review`) and there is none; it
closes 14 days after check-out. Inferred: that is Airbnb's rule, and it is taken for every channel. A review
is due *to answer* when the guest has written and no reply of the host stands; there is no date for that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.api.endpoints.reviews import Review

WRITE_DAYS = 14
_NO_SCORE = 6.0


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """A review that is due. `closes` is the last day for writing it, `days_left` how far that is."""

    review: Review
    write: bool
    answer: bool
    closes: date | None = None
    days_left: int | None = None

    @property
    def key(self) -> list[int | float | str]:
        """Where the review stands in the list. No two have the same."""
        guest = self.review.guest_review
        score = guest.score if guest and guest.score is not None else _NO_SCORE
        closes, newest = (self.closes or date.max).toordinal(), -self.review.check_out_date.toordinal()
        return [int(not self.write), closes, score, newest, self.review.reservation_code]

    @property
    def due(self) -> list[str]:
        """What is due."""
        return [word for word, is_due in (("write", self.write), ("answer", self.answer)) if is_due]


def reviews_due(
    pending: Iterable[Review], reviewed: Iterable[Review], today: Callable[[int], date]
) -> list[ReviewDue]:
    """What is due of the reviews that wait for the host and of those that are complete, once for each
    reservation: first what can still be written, closing first; then what can be answered, lowest score
    first, of equals the newest stay."""
    waiting, answered = list(pending), list(reviewed)
    open_codes = {review.reservation_code for review in waiting}
    rows: dict[str, Review] = {}
    for review in [*waiting, *answered]:
        known = rows.get(review.reservation_code)
        rows[review.reservation_code] = _joined(known, review) if known else review
    due = (_due(review, today(review.property_id), code in open_codes) for code, review in rows.items())
    return sorted((item for item in due if item.due), key=lambda item: item.key)


def _joined(first: Review, second: Review) -> Review:
    """A review that Hostex gave more than once, with all that any row says."""
    sides = ("host_review", "guest_review", "host_reply")
    missing = {name: getattr(second, name) for name in sides if getattr(first, name) is None}
    return first.model_copy(update=missing)


def _due(review: Review, day: date, is_pending: bool) -> ReviewDue:
    closes = review.check_out_date + timedelta(days=WRITE_DAYS)
    write = is_pending and review.host_review is None and closes >= day
    answer = review.guest_review is not None and not (review.host_reply and review.host_reply.content)
    if not write:
        return ReviewDue(review, False, answer)
    return ReviewDue(review, True, answer, closes, (closes - day).days)
