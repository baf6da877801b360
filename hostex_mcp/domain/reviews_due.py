"""Reviews that are due: to be written about a guest, or to be answered.

A review is due *to write* while Hostex waits for the host's (`pending_host_review`) and there is none; it
closes 14 days after check-out. Inferred: that is Airbnb's rule, and it is taken for every channel. A review
is due *to answer* when the guest has written and no reply of the host stands; there is no date for that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.api.reviews import Review

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
    def due(self) -> list[str]:
        """What is due."""
        return [word for word, is_due in (("write", self.write), ("answer", self.answer)) if is_due]


def reviews_due(
    pending: Iterable[Review], reviewed: Iterable[Review], today: Callable[[int], date]
) -> list[ReviewDue]:
    """What is due of the reviews that wait for the host and of those that are complete: first what can still
    be written, closing first; then what can be answered, lowest score first, of equals the newest stay."""
    waiting = [_due(one, today(one.property_id), True) for one in pending]
    answered = [_due(one, today(one.property_id), False) for one in reviewed]
    found = [one for one in [*waiting, *answered] if one.due]
    return sorted(found, key=_order)


def _due(one: Review, day: date, is_pending: bool) -> ReviewDue:
    closes = one.check_out_date + timedelta(days=WRITE_DAYS)
    write = is_pending and one.host_review is None and closes >= day
    answer = one.guest_review is not None and not (one.host_reply and one.host_reply.content)
    if not write:
        return ReviewDue(one, False, answer)
    return ReviewDue(one, True, answer, closes, (closes - day).days)


def _order(one: ReviewDue) -> tuple[bool, date, float, int, str]:
    guest = one.review.guest_review
    score = guest.score if guest and guest.score is not None else _NO_SCORE
    newest = -one.review.check_out_date.toordinal()
    return not one.write, one.closes or date.max, score, newest, one.review.reservation_code
