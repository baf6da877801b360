"""Special offers in the words of previews: the listing, the calendar's price, and warnings."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hostex_mcp.api import read_all
from hostex_mcp.api.endpoints import messaging as api
from hostex_mcp.api.endpoints.calendar import LIST_LISTING_CALENDARS
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, LIST_ROOM_TYPES, Property, RoomType
from hostex_mcp.domain.calendar_changes import reading_window
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.pricing import FAR_PERCENT, Quote, calendar_quote
from hostex_mcp.domain.wording import money, nights_text, period
from hostex_mcp.domain.wording import quoted as in_line
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, Preview
from hostex_mcp.tools.messaging._threads import guest_of, last_word_warnings, property_titles, target

_BINDING = "The guest can book at once at this price; until it lapses or is withdrawn it binds the host."
_GUESTS = ("number_of_adults", "number_of_children", "number_of_infants", "number_of_pets")


@dataclass(frozen=True, slots=True)
class OfferedListing:
    """A listing that is offered: title and currency of what it sells, and its calendar on the nights."""

    title: str
    currency: str | None
    quote: Quote


async def read_offered_listing(
    context: Context, channel_type: str, listing_id: str, check_in: date, check_out: date
) -> OfferedListing:
    """Read what a listing sells, and its calendar on some nights."""
    start, end = reading_window([check_in, check_out - DAY], context.now().date())
    key = {"channel_type": channel_type, "listing_id": listing_id}
    body = {"start_date": start, "end_date": end, "listings": [key]}
    calendars, properties, pools = await asyncio.gather(
        context.client.call(LIST_LISTING_CALENDARS, body=body),
        read_all(context.client, LIST_PROPERTIES),
        read_all(context.client, LIST_ROOM_TYPES),
    )
    days = [
        day
        for calendar in calendars
        if (calendar.channel_type, calendar.listing_id) == (channel_type, listing_id)
        for day in calendar.calendar
    ]
    title, currency = _sold([*properties.items, *pools.items], channel_type, listing_id)
    return OfferedListing(title, currency, calendar_quote(days, check_in, check_out - DAY))


def offer_preview(
    context: Context,
    thread: api.Conversation,
    body: Mapping[str, Any],
    listing: OfferedListing,
    offers: Sequence[api.SpecialOffer],
) -> Preview:
    """Return the preview of a special offer; `offers` are those of the thread so far."""
    check_in, check_out = (date.fromisoformat(body[name]) for name in ("check_in_date", "check_out_date"))
    currency = body.get("currency") or listing.currency
    total = listing.quote.total
    before = "unknown" if total is None else f"{money(total, listing.currency)} by the calendar"
    channel = channel_name(thread.channel_type)
    where = f"{in_line(listing.title or 'unknown')} ({channel} listing {body['listing_id']})"
    changes = [
        {"what": "listing", "after": where},
        {"what": "dates", "after": f"{period(check_in, check_out)}, {(check_out - check_in).days} nights"},
        {"what": "price of the whole stay", "before": before, "after": money(body["price"], currency)},
        *({"what": name, "after": body[name]} for name in (*_GUESTS, "rate_plan_id") if name in body),
    ]
    warnings = [
        *_price_warnings(body["price"], body.get("currency"), listing),
        *thread_warnings(thread, listing, offers),
        _BINDING,
    ]
    summary = (
        f"Offer {money(body['price'], currency)} for {period(check_in, check_out)} to {guest_of(thread)}"
    )
    return Preview(summary, target(context, thread), changes, warnings)


def preapproval_preview(
    context: Context,
    thread: api.Conversation,
    listing: OfferedListing | None,
    offers: Sequence[api.SpecialOffer],
) -> Preview:
    """Return the preview of a pre-approval; `offers` are those of the thread so far."""
    inquiry = next(activity for activity in thread.activities if activity.activity_type == "inquiry")
    rows: list[JsonObject] = []
    if inquiry.check_in_date and inquiry.check_out_date:
        rows.append({"what": "dates", "after": period(inquiry.check_in_date, inquiry.check_out_date)})
    if listing and listing.quote.total is not None:
        total = f"{money(listing.quote.total, listing.currency)} by the calendar"
        rows.append({"what": "price of the whole stay", "after": total})
    warnings = [*thread_warnings(thread, listing, offers), _BINDING]
    return Preview(f"Pre-approve the inquiry of {guest_of(thread)}", target(context, thread), rows, warnings)


def thread_warnings(
    thread: api.Conversation, listing: OfferedListing | None, offers: Sequence[api.SpecialOffer]
) -> list[str]:
    """Warn of what the thread and the calendar say against an offer."""
    active = [offer_in_words(offer) for offer in offers if offer.status == "active"]
    warnings = [f"An offer is active already: {offer}." for offer in active]
    if listing:
        warnings += [f"Nothing is for sale on the {nights_text(run)}." for run in listing.quote.sold_out]
        titles = property_titles(thread)
        if listing.title and titles and listing.title not in titles:
            topic, offer = in_line(min(titles)), in_line(listing.title)
            warnings.append(f"The guest asked about {topic}, the offer is for {offer}.")
    return [*warnings, *last_word_warnings(thread)]


def offer_in_words(offer: api.SpecialOffer) -> str:
    """Return an offer of a thread's list in a few words."""
    kind = (offer.offer_type or "offer").replace("_", " ")
    dates = (
        period(offer.check_in_date, offer.check_out_date)
        if offer.check_in_date and offer.check_out_date
        else ""
    )
    price = "" if offer.price is None else money(offer.price, offer.currency)
    return ", ".join(filter(None, (kind, dates, price)))


def _price_warnings(price: float, currency: str | None, listing: OfferedListing) -> list[str]:
    if currency and listing.currency and currency != listing.currency:
        return [f"The offer is in {currency}, the listing is sold in {listing.currency}."]
    percent = listing.quote.percent_off(price)
    if percent is None:
        return ["The calendar has no price for these nights, so the offer could not be compared."]
    if abs(percent) < FAR_PERCENT:
        return []
    side = "below" if percent < 0 else "above"
    total = money(listing.quote.total or 0, listing.currency)
    return [f"The price is {abs(percent)} % {side} the calendar's {total}, which has no fees or discounts."]


def _sold(
    places: Iterable[Property | RoomType], channel_type: str, listing_id: str
) -> tuple[str, str | None]:
    """Return the title and currency of what a listing sells; empty and None where no property has it."""
    for place in places:
        for link in place.channels:
            if (link.channel_type, link.listing_id) == (channel_type, listing_id):
                return one_line(place.title), link.currency
    return "", None
