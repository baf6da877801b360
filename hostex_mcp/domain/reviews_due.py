"""Reviews that are due: to be written about a guest, or to be answered.

- A review is due *to write* while Hostex waits for the host's review (`pending_host_review`) and there is
  none. It closes 14 days after check-out. Inferred: that is Airbnb's rule, applied to every channel.
- A review is due *to answer* when the guest has reviewed the stay and the host has not replied. It has no
  deadline.
"""
# This docstring is served to users, in hostex://reference/definitions (server/resources.py).

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hostex_mcp.api.endpoints.reviews import Review

WRITE_DAYS = 14
_NO_SCORE = 6.0


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """A review that is due. `closes` is the last day to write it, `days_left` the number of days until
    then."""

    review: Review
    write: bool
    answer: bool
    closes: date | None = None
    days_left: int | None = None

    @property
    def key(self) -> list[int | float | str]:
        """The sort key, which is unique."""
        guest = self.review.guest_review
        score = guest.score if guest and guest.score is not None else _NO_SCORE
        closes, newest = (self.closes or date.max).toordinal(), -self.review.check_out_date.toordinal()
        return [int(not self.write), closes, score, newest, self.review.key]

    @property
    def due(self) -> list[str]:
        """What is due: to write, to answer, or both."""
        return [word for word, is_due in (("write", self.write), ("answer", self.answer)) if is_due]


def reviews_due(
    pending: Iterable[Review], reviewed: Iterable[Review], today: Callable[[int], date]
) -> list[ReviewDue]:
    """Return what is due of the reviews that wait for the host and of those that are complete, once for each
    reservation.

    First what can still be written, soonest to close first; then what can be answered, lowest score first, of
    equals the newest stay.
    """
    rows: dict[str, Review] = {}
    for review in pending:
        _add(rows, review)
    open_codes = {*rows}
    for review in reviewed:
        _add(rows, review)
    due = (_due(review, today(review.property_id), code in open_codes) for code, review in rows.items())
    return sorted((item for item in due if item.due), key=lambda item: item.key)


def _add(rows: dict[str, Review], review: Review) -> None:
    """Add a review, or what it has beyond a row of the same reservation: Hostex lists some more than once."""
    row = rows.setdefault(review.key, review)
    sides = ("host_review", "guest_review", "host_reply")
    more = {name: getattr(review, name) for name in sides if getattr(row, name) is None}
    rows[review.key] = row.model_copy(update=more)


def _due(review: Review, day: date, is_pending: bool) -> ReviewDue:
    closes = review.check_out_date + timedelta(days=WRITE_DAYS)
    write = is_pending and review.host_review is None and closes >= day
    answer = review.guest_review is not None and not (review.host_reply and review.host_reply.content)
    if not write:
        return ReviewDue(review, False, answer)
    return ReviewDue(review, True, answer, closes, (closes - day).days)
