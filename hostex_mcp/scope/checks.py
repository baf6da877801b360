"""Checks of a call before it is sent. Each one raises `OutOfScope` where its condition does not hold."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from hostex_mcp.api.endpoints.messaging import GET_CONVERSATION
from hostex_mcp.scope.membership import (
    knowledge_covered,
    knowledge_inside,
    order_inside,
    reference_inside,
    rooms_inside,
    stay_inside,
)
from hostex_mcp.scope.portfolio import ServedProperties
from hostex_mcp.scope.refusal import ScopedCall

Check = Callable[[ServedProperties, ScopedCall], Awaitable[None]]
Membership = Callable[[ServedProperties, Any], Awaitable[bool]]

PROPERTY_NAMES = ("property_id", "property_ids")


def require_served(
    portfolio: ServedProperties, call: ScopedCall, arguments: Mapping[str, Any], names: Sequence[str]
) -> None:
    """Refuse arguments that name a property outside the scope; this applies to every call.

    Raises:
        OutOfScope: naming the first such property.
    """
    for name in names:
        for property_id in ids(arguments.get(name)):
            if not portfolio.holds(property_id):
                raise call.outside(f"Property {property_id}", name)


def ids(value: Any) -> list[Any]:
    """Return the ids that an argument names: one, several, or several in a text. What is no id stays as it
    is."""
    if value is None:
        return []
    texts = cast("list[Any]", value) if isinstance(value, list | tuple) else str(value).split(",")
    return [int(text) if str(text).strip().isdecimal() else text for text in texts]


async def free(portfolio: ServedProperties, call: ScopedCall) -> None:
    """No check needed: the answer is filtered or not tied to a property."""


async def account_wide(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Refuse every call."""
    raise call.account_wide()


async def properties_named(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that the call names its properties; `require_served` looks at which ones."""
    if not any(ids(arguments.get(name)) for arguments in (call.query, call.body) for name in PROPERTY_NAMES):
        raise call.account_wide()


async def property_or_room_type(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require a property, or room types whose properties are all served."""
    rooms = ids(call.query.get("room_type_id"))
    if not rooms:
        await properties_named(portfolio, call)
    if not await rooms_inside(portfolio, rooms):
        raise call.outside(f"Room type {rooms[0]}", "room_type_id")


async def served_rooms(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that all properties of the named room types are served."""
    if not await rooms_inside(portfolio, ids(call.body.get("room_type_ids"))):
        raise call.outside("One of these room types", "room_type_ids")


async def partial_link(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that the link is for named properties, not for the entire account."""
    # Any other scope shows the calendar of every property to whoever has the address.
    if call.body.get("scope") != "partial":
        raise call.account_wide()
    await properties_named(portfolio, call)


def addressed(key: str, is_inside: Membership) -> Check:
    """Require that the object which the path names is inside the scope."""

    async def check(portfolio: ServedProperties, call: ScopedCall) -> None:
        value = call.path[key]
        if not await is_inside(portfolio, value):
            raise call.outside(f"{key} {value}", key)

    return check


def listing_of(channel_type: str | None = None) -> Check:
    """Require that the listing which query or body names is inside the scope; its channel is in there too,
    unless it is fixed."""

    async def check(portfolio: ServedProperties, call: ScopedCall) -> None:
        arguments = {**call.query, **call.body}
        key = (channel_type or arguments.get("channel_type"), arguments.get("listing_id"))
        await _require_listing(portfolio, call, key)

    return check


async def listings_of_body(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that every listing of the body is inside the scope."""
    for listing in call.body["listings"]:
        await _require_listing(portfolio, call, (listing.get("channel_type"), listing.get("listing_id")))


async def offered_listing(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that both the thread and the listing offered in it are inside the scope."""
    # An offer names a listing but no channel, which is the thread's.
    thread = await portfolio.client.call(GET_CONVERSATION, path=call.path)
    if not portfolio.has_thread(thread):
        raise call.outside(f"conversation_id {thread.id}", "conversation_id")
    await _require_listing(portfolio, call, (thread.channel_type, call.body.get("listing_id")))


async def new_reservation(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require a property, and a reference that is not that of a booking outside the scope."""
    await properties_named(portfolio, call)
    reference = call.body.get("channel_id")
    if reference and not await reference_inside(portfolio, reference):
        raise call.outside("channel_id", "channel_id")


async def property_stay_or_order(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that the new row is for a served property, stay or order, not for the account alone."""
    linked = {"stay_code": stay_inside, "reservation_code": order_inside}
    codes = {name: call.body[name] for name in linked if call.body.get(name)}
    if not codes:
        await properties_named(portfolio, call)
    for name, code in codes.items():
        if not await linked[name](portfolio, code):
            raise call.outside(f"{name} {code}", name)


async def new_knowledge(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that all properties of the entry's new scope are served."""
    scope = call.body["scope_property"]
    if not await knowledge_covered(portfolio, scope["type"], ids(scope["ids"])):
        raise call.outside("This scope_property", "scope_property")


async def changed_knowledge(portfolio: ServedProperties, call: ScopedCall) -> None:
    """Require that all properties of the entry's present and new scope are served."""
    await addressed("id", knowledge_inside)(portfolio, call)
    await new_knowledge(portfolio, call)


def both(*checks: Check) -> Check:
    """Combine checks: each has to pass."""

    async def check(portfolio: ServedProperties, call: ScopedCall) -> None:
        for each in checks:
            await each(portfolio, call)

    return check


async def _require_listing(portfolio: ServedProperties, call: ScopedCall, key: tuple[Any, Any]) -> None:
    if key not in await portfolio.listings():
        raise call.outside(f"Listing {key[1]}", "listing_id")
