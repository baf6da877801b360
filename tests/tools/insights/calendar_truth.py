"""What a careful person reads off the demo account's rows about its calendars."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import arrival, departure, taken_nights

DAY = timedelta(days=1)
# Vrbo and Staymesh show no stay rules by day.
RULED = ("airbnb", "booking.com", "booking_site", "agoda")


def local_today(account: SandboxAccount, property_id: int, now: datetime) -> date:
    return now.astimezone(ZoneInfo(account.properties[property_id]["timezone"])).date()


def span(start: date, nights: int) -> list[date]:
    return [start + n * DAY for n in range(nights)]


def is_free(account: SandboxAccount, property_id: int, start: date, nights: int) -> bool:
    return not taken_nights(account, property_id) & set(span(start, nights))


def listings_of(account: SandboxAccount, property_id: int) -> list[tuple[str, str]]:
    """The property's own listings, then those of its room type."""
    pools = [
        pool
        for pool in account.room_types.values()
        if any(member["id"] == property_id for member in pool["properties"])
    ]
    sold = [account.properties[property_id], *pools]
    return [(link["channel_type"], link["listing_id"]) for place in sold for link in place["channels"]]


def price(account: SandboxAccount, listing: tuple[str, str], night: date) -> int:
    rates = account.rates[listing]
    return rates.prices.get(night, rates.weekend if night.weekday() in (4, 5) else rates.base)


def rule(account: SandboxAccount, listing: tuple[str, str], day: date, name: str) -> int | bool:
    """A stay rule of a listing; 0 or False where it has none."""
    rates = account.rates[listing]
    usual = {"min_stay_on_arrival": rates.min_stay, "closed_on_arrival": False}
    if listing[0] not in RULED:
        return 0
    return rates.restrictions.get(day, {}).get(name, usual[name])


def is_on_sale(account: SandboxAccount, listing: tuple[str, str], night: date) -> bool:
    return account.rates[listing].inventories.get(night, 1) > 0


def free_stretches(
    account: SandboxAccount, property_id: int, first: date, last: date
) -> list[tuple[date, int]]:
    """First night and nights of each stretch of free nights; one that is cut off at the end is left out."""
    taken, stretches, start = taken_nights(account, property_id), list[tuple[date, int]](), first
    for night in span(first, (last - first).days + 1):
        if night in taken:
            if night > start:
                stretches.append((start, (night - start).days))
            start = night + DAY
    return stretches


def orphans(
    account: SandboxAccount, now: datetime, days: int
) -> Iterator[tuple[int, tuple[date, int], tuple[str, str], int]]:
    """Property, gap, listing and minimum stay, where a gap that starts within so many days is shorter."""
    for property_id in account.properties:
        today = local_today(account, property_id, now)
        for gap in free_stretches(account, property_id, today, today + (days + 200) * DAY):
            if gap[0] >= today + days * DAY:
                continue
            for listing in listings_of(account, property_id):
                least = rule(account, listing, gap[0], "min_stay_on_arrival")
                if least > gap[1]:
                    yield property_id, gap, listing, int(least)


def stays_of(account: SandboxAccount, property_id: int) -> list[Row]:
    """The accepted stays of a property by check-in."""
    stays = [
        stay
        for stay in account.stays.values()
        if stay["property_id"] == property_id
        and stay["status"] == "accepted"
        and not stay["in_reservation_box"]
    ]
    return sorted(stays, key=arrival)


def next_stay(account: SandboxAccount, stay: Row) -> Row | None:
    later = [other for other in stays_of(account, stay["property_id"]) if arrival(other) >= departure(stay)]
    return later[0] if later else None


def clock(account: SandboxAccount, stay: Row, side: str) -> str:
    """The agreed time of arrival or departure, else the property's, as `HH:MM`."""
    agreed = stay["check_in_details"].get("arrival_at" if side == "in" else "departure_at")
    if agreed:
        return f"{agreed['hour']:02}:{agreed['minute']:02}"
    place = account.properties[stay["property_id"]]
    return place["default_checkin_time" if side == "in" else "default_checkout_time"]
