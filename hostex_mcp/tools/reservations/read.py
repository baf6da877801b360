"""Tools that read reservations and stays, their custom fields and tags, and sources of direct bookings."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Annotated, Literal, TypedDict

from anyio.to_thread import run_sync

from hostex_mcp.api import (
    MOST_WINDOWS,
    RESERVATION_WINDOW_DAYS,
    FieldProblem,
    HostexError,
    read_all,
    windows,
)
from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.api.endpoints.models import Money
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.guests import named, names_on
from hostex_mcp.domain.names import fold
from hostex_mcp.reads.lists import read_lists
from hostex_mcp.toolkit.arguments import (
    Channel,
    Code,
    Day,
    Id,
    InvalidArguments,
    PropertyId,
    ShortText,
    in_order,
)
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, Key, ListPage, NamedRow, PageRequest, row_mapper
from hostex_mcp.toolkit.tool import tool

Status = Literal["wait_accept", "wait_pay", "accepted", "cancelled", "denied", "timeout"]
PaymentStatus = Literal["unreceived", "partial", "received", "over_received"]
Revealable = Literal["lock_code", "id_document"]
OrderBy = Literal["booked_at", "check_in_date", "check_out_date", "cancelled_at", "created_at"]

DEFAULT_WINDOW = "No dates given: Hostex lists only stays that check out within the next 180 days."
_AHEAD = timedelta(days=365)
_LONGEST = timedelta(days=3653)
_NO_PROPERTY = "(no property)"


class StayRow(TypedDict, total=False):
    """A stay in a list. `reservation_code` is left out where it equals the stay code. `property` is a title
    that no other property has, else there is `property_id`, 0 for a stay that is allocated to none. `amount`
    is the stay's price, commission included."""

    stay_code: str
    reservation_code: str | None
    property_id: int
    property: str | None
    channel_type: str
    guest_name: str | None
    check_in_date: str
    check_out_date: str
    status: str
    amount: float | None
    currency: str | None
    conversation_id: str | None


class CustomFields(TypedDict, total=False):
    """Free key-value fields of a stay."""

    stay_code: str
    custom_fields: dict[str, str]


class ReservationTagRow(TypedDict, total=False):
    """A tag that reservations can carry."""

    id: int
    tag_name: str
    is_default: bool | None


def _price(stay: api.Reservation) -> Money:
    return (stay.rates and stay.rates.rate) or Money()


_stay = row_mapper(
    StayRow,
    reservation_code=lambda stay: None if stay.reservation_code == stay.stay_code else stay.reservation_code,
    property=lambda _: None,
    amount=lambda stay: _price(stay).amount,
    currency=lambda stay: _price(stay).currency,
)
_reservation_tag = row_mapper(ReservationTagRow)


@tool(
    "List reservations",
    hostex_name="search_reservations",
    core=True,
    open_world=True,
    keywords="booking bookings stay stays arrival departure check-in check-out upcoming history "
    "cancelled new latest recent changed yesterday pending open requests money price amount",
)
async def list_reservations(
    context: Context,
    page: PageRequest,
    reservation_code: Code | None = None,
    channel_id: Code | None = None,
    property_id: PropertyId | None = None,
    status: Status | None = None,
    channel_type: Channel | None = None,
    start_check_in_date: Day | None = None,
    end_check_in_date: Day | None = None,
    start_check_out_date: Day | None = None,
    end_check_out_date: Day | None = None,
    order_by: OrderBy | None = None,
    guest_name: ShortText | None = None,
    payment_status: PaymentStatus | None = None,
    cancelled_since: Day | None = None,
    reveal: Annotated[list[Revealable], "secrets to show in full detail"] | None = None,
) -> ListPage[StayRow]:
    """Stays with amounts, newest first by `order_by` (default `booked_at`). A booking of several units has
    one `reservation_code` and a row with a `stay_code` for each. Dates come in pairs, both included, up to
    ten years; without them only check-outs of the next 180 days. Full detail adds guests, payment, check-in
    details and remarks; `payment` and `total_rate` are the whole order's: never add them over stays."""
    in_order(start_check_in_date=start_check_in_date, end_check_in_date=end_check_in_date)
    in_order(start_check_out_date=start_check_out_date, end_check_out_date=end_check_out_date)
    fixed = {
        "reservation_code": reservation_code,
        "channel_id": channel_id,
        "property_id": property_id,
        "status": status or ("cancelled" if cancelled_since else None),
        "channel_type": channel_type,
        "order_by": order_by,
    }
    check_ins = _periods(start_check_in_date, end_check_in_date)
    check_outs, notes = _periods(start_check_out_date, end_check_out_date), list[str]()
    if check_ins == check_outs == [None]:
        check_outs, notes = _unless_dated(context, cancelled_since)
    queries = [{**fixed, **period} for period in _pairs(check_ins, check_outs)]
    key = order_by or "booked_at"
    row = await _row_with_title(context, page) if queries else _stay
    if guest_name or payment_status or cancelled_since:
        stays = await read_lists(context, api.LIST_RESERVATIONS, queries)
        chosen, told = await run_sync(_chosen, stays.items, guest_name, payment_status, cancelled_since)
        notes += [*stays.notes, *told]
        return await context.chosen(chosen, page, row, order=_newest_by(key), notes=notes, reveal=reveal)
    return await context.merged(
        api.LIST_RESERVATIONS,
        queries,
        page,
        row,
        order=lambda stay: _moment(getattr(stay, key)),
        notes=notes,
        reveal=reveal,
    )


async def _row_with_title(context: Context, page: PageRequest) -> Callable[[api.Reservation], StayRow]:
    """Return what makes a brief row of a stay, with the title of its property where no other has the same."""
    if page.detail == "full":
        return _stay
    try:
        homes = (await read_all(context.client, LIST_PROPERTIES)).items
    except HostexError:
        # The ids say the same in Hostex's words.
        return _stay
    shared = Counter(fold(one_line(home.title)) for home in homes)
    titles = {home.id: title for home in homes if shared[fold(title := one_line(home.title))] == 1}

    def row(stay: api.Reservation) -> StayRow:
        made = _stay(stay)
        if not stay.property_id:
            made["property"] = _NO_PROPERTY
            del made["property_id"]
        # Tools take a number for an id.
        elif (title := titles.get(stay.property_id)) and not title.isdecimal():
            made["property"] = title
            del made["property_id"]
        return made

    return row


def _chosen(
    stays: Sequence[api.Reservation],
    guest_name: str | None,
    payment_status: PaymentStatus | None,
    cancelled_since: date | None,
) -> tuple[list[api.Reservation], list[str]]:
    """Return the stays that fit what Hostex has no filters for, with a note on how many were looked at."""
    chosen = named(guest_name, stays, names_on) if guest_name else list(stays)
    notes = [f"Looked at {len(stays)} stays, as Hostex has no such filter."]
    if payment_status:
        untold = sum(not (stay.payment and stay.payment.status) for stay in chosen)
        notes += [f"Left out: {untold} stays without a payment state."] if untold else []
        chosen = [stay for stay in chosen if stay.payment and stay.payment.status == payment_status]
    if cancelled_since:
        untold = sum(stay.cancelled_at is None for stay in chosen)
        notes += [f"Left out: {untold} stays without a time of cancellation."] if untold else []
        first = _moment(cancelled_since)
        chosen = [stay for stay in chosen if stay.cancelled_at and stay.cancelled_at >= first]
        notes.append(f"Cancelled since the start of {cancelled_since} in UTC.")
    return chosen, notes


def _newest_by(name: str) -> Callable[[api.Reservation], Key]:
    """Return the order of stays in which the largest of an attribute comes first."""
    return lambda stay: [-_moment(getattr(stay, name)).timestamp(), stay.key]


def _unless_dated(
    context: Context, cancelled_since: date | None
) -> tuple[Sequence[tuple[date, date] | None], list[str]]:
    """Return the check-outs that are looked at where no dates are given, and a note on them."""
    if cancelled_since is None:
        return [None], [DEFAULT_WINDOW]
    today = context.now().date()
    if cancelled_since < today - _LONGEST:
        problem = "is more than ten years ago; give dates of check-in or check-out instead"
        raise InvalidArguments(FieldProblem("cancelled_since", problem))
    # What was cancelled may have been about to end on the next day, or far ahead.
    end = max(cancelled_since, today) + _AHEAD
    return _periods(cancelled_since, end), [f"No dates given: check-outs from {cancelled_since} to {end}."]


def _periods(start: date | None, end: date | None) -> Sequence[tuple[date, date] | None]:
    return windows(start, end, RESERVATION_WINDOW_DAYS) if start and end else [None]


def _pairs(
    check_ins: Sequence[tuple[date, date] | None], check_outs: Sequence[tuple[date, date] | None]
) -> list[dict[str, date]]:
    """Return the windows to read, as Hostex's filters, but those in which a stay would end before it begins.

    Raises:
        InvalidArguments: when they are too many.
    """
    pairs = [
        (arrivals, departures)
        for arrivals, departures in product(check_ins, check_outs)
        if arrivals is None or departures is None or arrivals[0] < departures[1]
    ]
    if len(pairs) > MOST_WINDOWS:
        needs = f"needs {len(pairs)} reads of Hostex together with the check-ins, of at most {MOST_WINDOWS}"
        raise InvalidArguments(FieldProblem("end_check_out_date", f"{needs}: shorten one of the periods"))
    return [
        {**_filters("check_in_date", arrivals), **_filters("check_out_date", departures)}
        for arrivals, departures in pairs
    ]


def _filters(name: str, window: tuple[date, date] | None) -> dict[str, date]:
    return {f"start_{name}": window[0], f"end_{name}": window[1]} if window else {}


def _moment(value: date | datetime | None) -> datetime:
    if value is None:
        return datetime.min.replace(tzinfo=UTC)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


@tool(
    "Get custom fields of a stay",
    hostex_name="search_reservation_custom_fields",
    keywords="key value template variable parking",
)
async def get_reservation_custom_fields(context: Context, stay_code: Code) -> Item[CustomFields]:
    """Free key-value fields of one stay, as message templates can use them."""
    operation = api.GET_RESERVATION_CUSTOM_FIELDS
    fields = await context.client.call(operation, path={"stay_code": stay_code})
    texts = context.redactor().fields({name: str(value) for name, value in (fields or {}).items()})
    return Item(CustomFields(stay_code=stay_code, custom_fields=texts))


@tool("List reservation tags", hostex_name="search_reservation_tags", keywords="label conflicted vip")
async def list_reservation_tags(
    context: Context, page: PageRequest, keyword: ShortText | None = None, id: Id | None = None
) -> ListPage[ReservationTagRow]:
    """Tags that reservations can carry, Hostex's defaults included; `keyword` finds part of a name."""
    query = {"keyword": keyword, "id": id}
    return await context.rows(api.LIST_RESERVATION_TAGS, page, _reservation_tag, query=query)


@tool(
    "List sources of direct bookings",
    hostex_name="search_custom_channels",
    keywords="custom channel source",
)
async def list_custom_channels(context: Context, page: PageRequest) -> ListPage[NamedRow]:
    """Sources that a direct booking can be recorded under; a new booking needs the id of one."""
    return await context.dictionary(api.LIST_CUSTOM_CHANNELS, page)
