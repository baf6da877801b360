"""Guests, their stays, threads and reviews as rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from hostex_mcp.api.endpoints.messaging import Conversation
from hostex_mcp.api.endpoints.models import Money
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.api.endpoints.reviews import Review
from hostex_mcp.domain.guest_text import one_line, tidy
from hostex_mcp.domain.guests import KnownGuest
from hostex_mcp.domain.messages import last_guest_text
from hostex_mcp.domain.money import by_currency, code, exact, rounded
from hostex_mcp.domain.stays import HOLDING
from hostex_mcp.domain.wording import money
from hostex_mcp.reads.guests import Histories
from hostex_mcp.reads.portfolio import Portfolio
from hostex_mcp.toolkit.privacy import Redactor
from hostex_mcp.toolkit.results import JsonObject, lean
from hostex_mcp.tools.insights._wording import home
from hostex_mcp.tools.insights.waiting import excerpt

_MOST_TEXT, _MOST_NAMES, _MOST_CONTACTS = 160, 3, 3


@dataclass(frozen=True, slots=True)
class GuestRows:
    """What is shown of some guests, each by the number that it has among them."""

    portfolio: Portfolio
    redactor: Redactor
    guests: Sequence[KnownGuest]
    histories: Histories

    def tables(self) -> dict[str, list[JsonObject]]:
        """Return the guests, and what belongs to each of them."""
        numbered = [*enumerate(self.guests, start=1)]
        read = {thread.id: thread for thread in self.histories.threads.items}
        reviews = {review.key: review for review in self.histories.reviews}
        tables = {
            "guests": [self._guest(number, guest) for number, guest in numbered],
            "stays": [self._stay(number, stay) for number, guest in numbered for stay in guest.stays],
            "threads": [
                self._thread(number, name, read.get(name))
                for number, guest in numbered
                for name in guest.thread_ids
            ],
            "reviews": [
                self._review(number, reviews[order])
                for number, guest in numbered
                for order in dict.fromkeys(stay.reservation_code for stay in guest.stays)
                if order in reviews
            ],
        }
        return {name: rows for name, rows in tables.items() if rows or name == "guests"}

    def _guest(self, number: int, guest: KnownGuest) -> JsonObject:
        accepted = [stay for stay in guest.stays if stay.status == "accepted"]
        first, *others = [*guest.names, ""]
        row = {
            "guest": number,
            "guest_name": first,
            "other_names": ", ".join(filter(None, others[:_MOST_NAMES])),
            **self._contacts(guest),
            "stays": len(accepted),
            "nights": sum((stay.check_out_date - stay.check_in_date).days for stay in accepted),
            "not_accepted": sum(stay.status not in HOLDING for stay in guest.stays) or None,
            "first_check_in": f"{accepted[-1].check_in_date}" if accepted else None,
            "last_check_out": f"{accepted[0].check_out_date}" if accepted else None,
            "total": " + ".join(_totals(accepted)),
        }
        return lean(row)

    def _contacts(self, guest: KnownGuest) -> JsonObject:
        """Return the phone numbers and addresses as they were written, where they may be seen."""
        if self.redactor.hides_contacts:
            return {}
        cards = [thread.guest for thread in guest.threads]
        phones = [*(stay.guest_phone for stay in guest.stays), *(card.phone for card in cards)]
        emails = [*(stay.guest_email for stay in guest.stays), *(card.email for card in cards)]
        return {"phone": _some(phones), "email": _some(emails)}

    def _stay(self, number: int, stay: Reservation) -> JsonObject:
        price = _price(stay)
        row = {
            "guest": number,
            "check_in_date": f"{stay.check_in_date}",
            "check_out_date": f"{stay.check_out_date}",
            **home(self.portfolio, stay.property_id, "no property"),
            "channel_type": stay.channel_type,
            "status": "" if stay.status == "accepted" else stay.status,
            "amount": price.amount,
            "currency": price.currency,
            "stay_code": stay.stay_code,
        }
        return lean(row)

    def _thread(self, number: int, name: str, thread: Conversation | None) -> JsonObject:
        messages = thread.messages if thread else ()
        newest = next((message.created_at for message in messages if message.created_at), None)
        text = excerpt((thread and last_guest_text(thread)) or "", _MOST_TEXT)
        row = {
            "guest": number,
            "conversation_id": name,
            "last_message_at": newest.isoformat(timespec="minutes") if newest else None,
            "messages": len(messages) or None,
            "says": self.redactor.fence(text),
        }
        return lean(row)

    def _review(self, number: int, review: Review) -> JsonObject:
        written, by_host, reply = review.guest_review, review.host_review, review.host_reply
        row = {
            "guest": number,
            "reservation_code": review.reservation_code,
            "check_out_date": f"{review.check_out_date}",
            "guest_score": written.score if written else None,
            "guest_review": self.redactor.fence(excerpt((written and written.content) or "", _MOST_TEXT)),
            "host_score": by_host.score if by_host else None,
            "host_reply": tidy(excerpt((reply and reply.content) or "", _MOST_TEXT)),
        }
        return lean(row)


def _price(stay: Reservation) -> Money:
    return (stay.rates and stay.rates.rate) or Money()


def _totals(stays: Sequence[Reservation]) -> list[str]:
    """Return the sum of the prices in each currency."""
    prices = [(code(price.currency), exact(price.amount)) for price in map(_price, stays)]
    sums = by_currency(pair for pair in prices if pair[1])
    return [money(rounded(amount, currency), currency or None) for currency, amount in sums.items()]


def _some(texts: Sequence[str | None]) -> str:
    unique = [*dict.fromkeys(one_line(text) for text in texts if text)]
    more = len(unique) - _MOST_CONTACTS
    return ", ".join(unique[:_MOST_CONTACTS]) + (f" and {more} more" if more > 0 else "")
