"""A calendar of several properties as compact rows for a model: runs of days instead of days."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar

from hostex_mcp.api.endpoints.models import Money
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.conflicts import ChannelHole, Overlap
from hostex_mcp.domain.day_patterns import Pattern, patterns, weekdays_text
from hostex_mcp.domain.days import DAY
from hostex_mcp.domain.grid import UNKNOWN, Bar, Columns, Span, Stuck, percent_of
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stay_rules import RULE_TEXTS
from hostex_mcp.domain.stays import guest
from hostex_mcp.domain.wording import day_text
from hostex_mcp.reads.calendars import SoldListing
from hostex_mcp.toolkit.results import JsonObject, lean
from hostex_mcp.tools.calendar._grid_reads import CalendarRow

ValueT = TypeVar("ValueT", bound=Hashable)

# Its calendar shows the floor price, not the selling price.
_FLOOR = "ctrip"

_COLUMNS: Mapping[str, Callable[[Columns], Sequence[Span[int | bool]]]] = {
    "min_stay": attrgetter("min_stay"),
    "closed_on_arrival": attrgetter("no_arrival"),
    "closed_on_departure": attrgetter("no_departure"),
}
_Asked = tuple[str, tuple[tuple[int, int, float], ...]]
"""A currency, and the price of each day."""


def stay_price(stay: Reservation) -> Money:
    """Return what a stay costs, commission included."""
    return (stay.rates and stay.rates.rate) or Money()


def lead(listings: Sequence[tuple[SoldListing, Columns]]) -> int | None:
    """Return the place of the listing whose prices stand for the property: the first that sells it alone, by
    selling prices, None without prices."""
    priced = [place for place, (_, own) in enumerate(listings) if own.price]

    def is_second_choice(place: int) -> tuple[bool, bool]:
        listing = listings[place][0]
        return listing.channel_type == _FLOOR, listing.pooled

    return min(priced, key=is_second_choice, default=None)


def stuck_text(stuck: Stuck) -> str:
    """Return the rule that keeps nights from being sold."""
    return RULE_TEXTS[stuck.rule.rule].format(day=day_text(stuck.rule.day), value=stuck.rule.value)


def property_row(row: CalendarRow) -> JsonObject:
    """Return a property as a model reads it."""
    currency = _currency(row)
    blocks = [
        lean({**_nights(block.first_night, block.nights), "remarks": one_line(block.remarks)})
        for block in row.blocks
    ]
    return {
        "property_id": row.cell.place.id,
        "property": row.title,
        "start_date": f"{row.cell.start}",
        "end_date": f"{row.cell.end}",
        **lean(
            {
                "currency": currency,
                "stays": [_stay(bar.stay, currency) for bar in row.bars if _is_there(bar, row.cell.start)],
                "blocks": blocks,
                "not_known": _not_known(row),
                "prices": _prices(row, currency),
                "rules": _rules(row),
                "units": _units(row),
                "gaps": list(map(_gap, row.stuck)),
                "conflicts": [*map(_overlap, row.double), *(_hole(*hole) for hole in row.holes)],
                # True says nothing that prices and rules do not say.
                "sold": None if row.listings else False,
            }
        ),
    }


def _currency(row: CalendarRow) -> str:
    """Return the currency of a property's prices, else that of most of its stays."""
    place = lead(row.listings)
    if place is not None and (named := row.listings[place][0].currency):
        return named
    counts = Counter(price.currency for bar in row.bars if (price := stay_price(bar.stay)).currency)
    return next((code for code, _ in counts.most_common(1)), "") or ""


def _is_there(bar: Bar, start: date) -> bool:
    """Whether a guest is there after the morning of the first day."""
    return bar.stay.check_out_date > start or bar.stay.check_in_date >= start


def _stay(stay: Reservation, currency: str) -> JsonObject:
    price, code = stay_price(stay), stay.reservation_code
    return lean(
        {
            "guest_name": guest(stay),
            "check_in_date": f"{stay.check_in_date}",
            "check_out_date": f"{stay.check_out_date}",
            "channel_type": stay.channel_type,
            # Nearly every stay is accepted, so only another status is news.
            "status": "" if stay.status == "accepted" else stay.status,
            "amount": price.amount,
            "currency": price.currency if price.amount is not None and price.currency != currency else None,
            "stay_code": stay.stay_code,
            "reservation_code": code if code != stay.stay_code else None,
        }
    )


def _not_known(row: CalendarRow) -> list[JsonObject]:
    found = patterns([True if letter == UNKNOWN else None for letter in row.nights], row.cell.start)
    return [_run(row, pattern) for pattern in found]


def _prices(row: CalendarRow, currency: str) -> list[JsonObject]:
    """Return what the listings ask, the same prices once, first those that stand for the property."""
    place = lead(row.listings)
    if place is None:
        return []
    groups: dict[_Asked, list[str]] = {}
    for listing, own in (row.listings[place], *row.listings[:place], *row.listings[place + 1 :]):
        if own.price:
            asked = listing.currency or currency, tuple(own.price)
            groups.setdefault(asked, []).append(" ".join(listing.key))
    first, *others = groups
    return [
        {"listings": groups[first], "runs": _price_runs(row, first)},
        *({"listings": groups[asked], **_compared(row, asked, first)} for asked in others),
    ]


def _compared(row: CalendarRow, asked: _Asked, first: _Asked) -> JsonObject:
    """Return prices as a percentage of the first ones, where they are that, else in full."""
    if asked[0] == first[0] and (percent := percent_of(first[1], asked[1])) is not None:
        return {"percent": percent}
    currency = {"currency": asked[0]} if asked[0] != first[0] else {}
    return {**currency, "runs": _price_runs(row, asked)}


def _price_runs(row: CalendarRow, asked: _Asked) -> list[JsonObject]:
    found = patterns(_daily(asked[1], len(row.nights)), row.cell.start)
    return [{**_run(row, pattern), "price": pattern.value} for pattern in found]


def _rules(row: CalendarRow) -> list[JsonObject]:
    """Return the minimum stays and closed days of the listings, the same ones once."""
    entries: list[JsonObject] = []
    for name, of in _COLUMNS.items():
        groups: dict[tuple[tuple[int, int, int | bool], ...], list[str]] = {}
        for listing, own in row.listings:
            if spans := of(own):
                groups.setdefault(tuple(spans), []).append(listing.channel_type)
        for spans, channels in groups.items():
            found = patterns(_daily(spans, len(row.nights)), row.cell.start)
            runs = [{**_run(row, pattern), name: pattern.value} for pattern in found]
            entries.append({"channels": list(dict.fromkeys(channels)), "runs": runs})
    return entries


def _units(row: CalendarRow) -> list[JsonObject]:
    """Return how many units the listings sell that have several."""
    entries: list[JsonObject] = []
    for listing, own in row.listings:
        if any(count > 1 or listing.pooled for _, _, count in own.units):
            found = patterns(_daily(own.units, len(row.nights)), row.cell.start)
            runs = [{**_run(row, pattern), "units": pattern.value} for pattern in found]
            entries.append({"listing": " ".join(listing.key), "runs": runs})
    return entries


def _daily(spans: Sequence[Span[ValueT]], days: int) -> list[ValueT | None]:
    values: list[ValueT | None] = [None] * days
    for first, count, value in spans:
        values[first : first + count] = [value] * count
    return values


def _run(row: CalendarRow, pattern: Pattern[Any]) -> dict[str, Any]:
    """Return the days of a run; one of all days of the row needs none."""
    whole = (pattern.start, pattern.end) == (row.cell.start, row.cell.end)
    dates = {} if whole else {"start_date": f"{pattern.start}", "end_date": f"{pattern.end}"}
    return {**dates, **({"weekdays": weekdays_text(pattern.weekdays)} if pattern.weekdays else {})}


def _nights(first: date, nights: int) -> dict[str, str]:
    return {"start_date": f"{first}", "end_date": f"{first + DAY * (nights - 1)}"}


def _gap(stuck: Stuck) -> JsonObject:
    channels = list(dict.fromkeys(channel for channel, _ in stuck.listings))
    return {**_nights(stuck.first_night, stuck.nights), "problem": stuck_text(stuck), "channels": channels}


def _overlap(overlap: Overlap) -> JsonObject:
    codes = [overlap.first.stay_code, overlap.second.stay_code]
    more = {"more": overlap.more} if overlap.more else {}
    nights = _nights(overlap.first_night, overlap.nights)
    return {"kind": "double_booking", **nights, "stay_codes": codes, **more}


def _hole(listing: SoldListing, hole: ChannelHole) -> JsonObject:
    kind = "open_on_channel" if hole.open else "closed_on_channel"
    return {"kind": kind, **_nights(hole.first_night, hole.nights), "listing": " ".join(listing.key)}
