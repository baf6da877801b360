"""Tools that send special offers and pre-approvals into guest threads, and withdraw them."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from annotated_types import Ge, Gt

from hostex_mcp.api import FieldProblem, NotFound, Operation
from hostex_mcp.api.endpoints import messaging as api
from hostex_mcp.domain.days import DAY
from hostex_mcp.reads.channel_listings import require_listing
from hostex_mcp.toolkit.arguments import (
    Code,
    Currency,
    Day,
    Integer,
    InvalidArguments,
    Number,
    Whole,
    require_nights,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, Undo, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.messaging._offer_preview import (
    OfferedListing,
    offer_in_words,
    offer_preview,
    preapproval_preview,
    read_offered_listing,
)
from hostex_mcp.tools.messaging._threads import (
    Addressee,
    addressee,
    guest_of,
    read_thread,
    require_channel,
    target,
)
from hostex_mcp.tools.messaging.read import offer_row
from hostex_mcp.tools.writing.edits import change_body
from hostex_mcp.tools.writing.lost_answers import answered_or_found, if_readable

_WITHDRAWN = (
    "The guest sees that it is withdrawn and can no longer book on it.",
    "It cannot be revived; only a new offer can be sent.",
)


class OfferSent(Addressee, total=False):
    """An offer or pre-approval as the thread lists it; `price` is for the whole stay. Without a
    `special_offer_id` it was sent and is not listed yet."""

    special_offer_id: str
    offer_type: str
    status: str
    check_in_date: str
    check_out_date: str
    price: float
    currency: str


@tool(
    "Send a special offer",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="send_special_offer",
    open_world=True,
    keywords="discount custom price invite guest book inquiry",
)
async def send_special_offer(
    context: Context,
    conversation_id: Code,
    listing_id: Code,
    check_in_date: Day,
    check_out_date: Day,
    price: Annotated[Number, Gt(0), "whole stay, major units"],
    number_of_adults: Annotated[Integer, Ge(1)],
    number_of_children: Whole | None = None,
    number_of_infants: Whole | None = None,
    number_of_pets: Whole | None = None,
    rate_plan_id: Annotated[Code, "booking_site needs it"] | None = None,
    currency: Annotated[Currency, "booking_site needs it"] | None = None,
) -> PlannedWrite[OfferSent]:
    """Invite a guest to book given dates at a price of your own, on Airbnb or the booking site. It goes out
    at once, usually lapses after 24 hours, and can be withdrawn while it is active. On Airbnb the price is
    in the listing's currency."""
    require_nights(check_in_date, check_out_date)
    # Somewhere on earth it may still be the day before.
    if check_in_date < context.now().date() - DAY:
        raise InvalidArguments(FieldProblem("check_in_date", "is in the past"))
    thread = await read_thread(context, conversation_id)
    require_channel(thread, ("airbnb", "booking_site"), "special offers")
    body = change_body(
        listing_id=listing_id,
        check_in_date=check_in_date.isoformat(),
        check_out_date=check_out_date.isoformat(),
        price=price,
        number_of_adults=number_of_adults,
        number_of_children=number_of_children,
        number_of_infants=number_of_infants,
        number_of_pets=number_of_pets,
        rate_plan_id=rate_plan_id,
        currency=currency,
    )
    if missing := [name for name in ("rate_plan_id", "currency") if name not in body]:
        _require_airbnb(thread, missing)
    offers, listing = await asyncio.gather(
        _offers(context, thread.id),
        read_offered_listing(context, thread.channel_type, listing_id, check_in_date, check_out_date),
    )
    if not listing.title:
        await require_listing(context, thread.channel_type, listing_id)
    preview = offer_preview(context, thread, body, listing, offers)
    change = _offering(context, thread, api.SEND_SPECIAL_OFFER, body, offers, preview)
    change.prices = [_per_night(listing, price, currency, (check_out_date - check_in_date).days)]
    return change


def _per_night(
    listing: OfferedListing, price: float, currency: str | None, nights: int
) -> tuple[float | None, float]:
    """Return what a night costs by the calendar, None where that cannot be compared, and by an offer."""
    total = listing.quote.total if currency in (None, listing.currency) else None
    return total and total / nights, price / nights


def _require_airbnb(thread: api.Conversation, missing: list[str]) -> None:
    if thread.channel_type != "airbnb":
        problem = f"is required for {thread.channel_type}"
        raise InvalidArguments(*(FieldProblem(name, problem) for name in missing))


@tool(
    "Pre-approve an inquiry",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="send_preapproval",
    open_world=True,
    keywords="preapproval invite guest book inquiry accept",
)
async def send_preapproval(context: Context, conversation_id: Code) -> PlannedWrite[OfferSent]:
    """Tell the guest of an Airbnb inquiry that they may book at the standard price. It goes out at once,
    usually lapses after 24 hours, and can be withdrawn while it is active."""
    thread = await read_thread(context, conversation_id)
    require_channel(thread, ("airbnb",), "pre-approvals")
    inquiries = (activity for activity in thread.activities if activity.activity_type == "inquiry")
    inquiry = next(inquiries, None)
    if inquiry is None:
        raise InvalidArguments(FieldProblem("conversation_id", "has no inquiry to pre-approve"))
    offers, listing = await asyncio.gather(_offers(context, thread.id), _inquired(context, inquiry))
    preview = preapproval_preview(context, thread, listing, offers)
    return _offering(context, thread, api.SEND_PREAPPROVAL, None, offers, preview)


async def _inquired(context: Context, inquiry: api.ConversationActivity) -> OfferedListing | None:
    """Read the listing of an inquiry, None where the inquiry does not name it and its dates."""
    check_in, check_out = inquiry.check_in_date, inquiry.check_out_date
    if not inquiry.listing_id or not check_in or not check_out:
        return None
    return await read_offered_listing(context, "airbnb", inquiry.listing_id, check_in, check_out)


def _offering(
    context: Context,
    thread: api.Conversation,
    operation: Operation[None],
    body: dict[str, Any] | None,
    before: Sequence[api.SpecialOffer],
    preview: Preview,
) -> PlannedWrite[OfferSent]:
    """Plan the sending of an offer, which is then looked up in the thread: Hostex answers without its id."""
    path = {"conversation_id": thread.id}
    kind = "special_offer" if body else "preapproval"
    ids = {offer.id for offer in before}

    async def listed() -> api.SpecialOffer | None:
        offers = (offer for offer in await _offers(context, thread.id) if offer.offer_type == kind)
        return next((offer for offer in offers if offer.id not in ids), None)

    async def send() -> OfferSent:
        await answered_or_found(lambda: context.client.call(operation, path=path, body=body), listed)
        offer = await if_readable(listed)
        if offer and offer.id:
            change.undo = Undo("withdraw_special_offer", {**path, "special_offer_id": offer.id})
        return OfferSent(**addressee(context, thread), **(_row(offer) if offer else {}))

    change = PlannedWrite[OfferSent](send, preview=preview, reversible=True)
    return change


async def _offers(context: Context, conversation_id: str) -> list[api.SpecialOffer]:
    path = {"conversation_id": conversation_id}
    return (await context.client.page(api.LIST_SPECIAL_OFFERS, path=path)).items


def _row(offer: api.SpecialOffer) -> dict[str, Any]:
    row = dict(lean(offer_row(offer)))
    return {("special_offer_id" if name == "id" else name): value for name, value in row.items()}


@tool(
    "Withdraw a special offer",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="withdraw_special_offer",
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="cancel retract offer preapproval",
)
async def withdraw_special_offer(
    context: Context, conversation_id: Code, special_offer_id: Code
) -> PlannedWrite[OfferSent]:
    """Withdraw an offer or pre-approval that is still active; the guest sees that. `list_special_offers`
    has the ids."""
    thread = await read_thread(context, conversation_id)
    offers = await _offers(context, thread.id)
    offer = next((offer for offer in offers if offer.id == special_offer_id), None)
    if offer is None:
        raise NotFound("This thread has no offer with this id.", operation=api.LIST_SPECIAL_OFFERS.name)
    if offer.status != "active":
        raise InvalidArguments(
            FieldProblem("special_offer_id", f"is {offer.status}; only an active offer can be withdrawn")
        )

    async def send() -> OfferSent:
        path = {"conversation_id": thread.id, "special_offer_id": special_offer_id}
        await context.client.call(api.WITHDRAW_SPECIAL_OFFER, path=path)
        row: dict[str, Any] = {**_row(offer), "status": "withdrawn"}
        return OfferSent(**addressee(context, thread), **row)

    summary = f"Withdraw the {offer_in_words(offer)}, from {guest_of(thread)}"
    changes = [{"what": "status", "before": offer.status, "after": "withdrawn"}]
    about = {**target(context, thread), **_row(offer)}
    return PlannedWrite(send, preview=Preview(summary, about, changes, _WITHDRAWN), gone=_row(offer))
