"""What has to be true of a call before it is sent."""

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
Inside = Callable[[ServedProperties, Any], Awaitable[bool]]


def require_served(
    ground: ServedProperties, asked: ScopedCall, given: Mapping[str, Any], names: Sequence[str]
) -> None:
    """Refuse arguments that name a property outside; it is the check of every call.

    Raises:
        OutOfScope: naming the first such property.
    """
    for name in names:
        for one in ids(given.get(name)):
            if not ground.holds(one):
                raise asked.outside(f"Property {one}", name)


def ids(value: Any) -> list[Any]:
    """The ids that an argument names: one, several, or several in a text. What is no id stays as it is."""
    if value is None:
        return []
    texts = cast("list[Any]", value) if isinstance(value, list | tuple) else str(value).split(",")
    return [int(one) if str(one).strip().isdecimal() else one for one in texts]


async def free(ground: ServedProperties, asked: ScopedCall) -> None:
    """No check needed: the answer is filtered or not tied to a property."""


async def account_wide(ground: ServedProperties, asked: ScopedCall) -> None:
    """Never."""
    raise asked.account_wide()


async def properties_named(ground: ServedProperties, asked: ScopedCall) -> None:
    """The call names its properties; that they are served is checked of every call."""
    if not any(ids(given.get(name)) for given in (asked.query, asked.body) for name in _NAMES):
        raise asked.account_wide()


async def property_or_room_type(ground: ServedProperties, asked: ScopedCall) -> None:
    """The call names a property, or room types whose properties are all served."""
    rooms = ids(asked.query.get("room_type_id"))
    if not rooms:
        await properties_named(ground, asked)
    if not await rooms_inside(ground, rooms):
        raise asked.outside(f"Room type {rooms[0]}", "room_type_id")


async def served_rooms(ground: ServedProperties, asked: ScopedCall) -> None:
    """Room types that are named are served as a whole."""
    if not await rooms_inside(ground, ids(asked.body.get("room_type_ids"))):
        raise asked.outside("One of these room types", "room_type_ids")


async def partial_link(ground: ServedProperties, asked: ScopedCall) -> None:
    """The link is for named properties, not for the entire account."""
    if asked.body.get("scope") != "partial":
        raise asked.account_wide()
    await properties_named(ground, asked)


def addressed(key: str, inside: Inside) -> Check:
    """The object that the path names is inside."""

    async def check(ground: ServedProperties, asked: ScopedCall) -> None:
        value = asked.path[key]
        if not await inside(ground, value):
            raise asked.outside(f"{key} {value}", key)

    return check


def listing_of(channel_type: str | None = None) -> Check:
    """The listing that query or body names is inside; its channel is named too unless it is given."""

    async def check(ground: ServedProperties, asked: ScopedCall) -> None:
        given = {**asked.query, **asked.body}
        key = (channel_type or given.get("channel_type"), given.get("listing_id"))
        await _require_listing(ground, asked, key)

    return check


async def listings_of_body(ground: ServedProperties, asked: ScopedCall) -> None:
    """Every listing of the body is inside."""
    for one in asked.body["listings"]:
        await _require_listing(ground, asked, (one.get("channel_type"), one.get("listing_id")))


async def offered_listing(ground: ServedProperties, asked: ScopedCall) -> None:
    """Both the thread and the listing that is offered in it are inside."""
    thread = await ground.client.call(GET_CONVERSATION, path=asked.path)
    if not ground.has_thread(thread):
        raise asked.outside(f"conversation_id {thread.id}", "conversation_id")
    await _require_listing(ground, asked, (thread.channel_type, asked.body.get("listing_id")))


async def new_reservation(ground: ServedProperties, asked: ScopedCall) -> None:
    """A property is named, and the reference is not that of a booking outside."""
    await properties_named(ground, asked)
    reference = asked.body.get("channel_id")
    if reference and not await reference_inside(ground, reference):
        raise asked.outside("channel_id", "channel_id")


async def property_stay_or_order(ground: ServedProperties, asked: ScopedCall) -> None:
    """The new row is for a served property, stay or order; one for the account alone is not."""
    linked = {"stay_code": stay_inside, "reservation_code": order_inside}
    given = {name: asked.body[name] for name in linked if asked.body.get(name)}
    if not given:
        await properties_named(ground, asked)
    for name, code in given.items():
        if not await linked[name](ground, code):
            raise asked.outside(f"{name} {code}", name)


async def new_knowledge(ground: ServedProperties, asked: ScopedCall) -> None:
    """The new scope of a knowledge entry is served as a whole."""
    scope = asked.body["scope_property"]
    if not await knowledge_covered(ground, scope["type"], ids(scope["ids"])):
        raise asked.outside("This scope_property", "scope_property")


async def changed_knowledge(ground: ServedProperties, asked: ScopedCall) -> None:
    """Both the present and the new scope of a knowledge entry are served as a whole."""
    await addressed("id", knowledge_inside)(ground, asked)
    await new_knowledge(ground, asked)


def both(*checks: Check) -> Check:
    """Each of these."""

    async def check(ground: ServedProperties, asked: ScopedCall) -> None:
        for one in checks:
            await one(ground, asked)

    return check


async def _require_listing(ground: ServedProperties, asked: ScopedCall, key: tuple[Any, Any]) -> None:
    if key not in await ground.listings():
        raise asked.outside(f"Listing {key[1]}", "listing_id")


_NAMES = ("property_id", "property_ids")
