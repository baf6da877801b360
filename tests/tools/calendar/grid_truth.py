"""What a careful person reads off an account's rows, day by day, about a calendar of its properties."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date, timedelta
from random import Random
from typing import Any

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.tools.insights.calendar_truth import listings_of

DAY = timedelta(days=1)
HELD = ("accepted", "wait_accept", "wait_pay")
ON_ARRIVAL = ("airbnb", "expedia", "booking_site", "agoda", "trip.com", "booking.com")
THROUGH = ("agoda", "trip.com", "booking.com")

Listing = tuple[str, str]


def shuffle(account: SandboxAccount, seed: int, today: date) -> None:
    """Change an account at random: its stays, blocks, prices, units and rules in the next months."""
    random = Random(seed)
    pattern = next(stay for stay in account.stays.values() if stay["status"] == "accepted")
    for code in random.sample(sorted(account.stays), len(account.stays) // 3):
        del account.stays[code]
    for number in range(40):
        come = today + DAY * random.randint(-40, 100)
        stay: Row = deepcopy(pattern) | {
            "stay_code": f"s{number}",
            "reservation_code": random.choice([f"s{number}", f"r{number // 2}"]),
            "property_id": random.choice([*account.properties, 0]),
            "status": random.choice([*HELD, *HELD, "accepted", "cancelled", "denied"]),
            "in_reservation_box": random.random() < 0.1,
            "check_in_date": f"{come}",
            "check_out_date": f"{come + DAY * random.choice([0, 1, 2, 3, 5, 8, 30, 120])}",
        }
        account.stays[f"s{number}"] = stay
    for home in account.properties:
        blocked = account.blocks.setdefault(home, {})
        for _ in range(random.randint(0, 6)):
            blocked[today + DAY * random.randint(-30, 100)] = random.choice(["Owner", "Paint"])
    _shuffle_listings(account, random, today)


def _shuffle_listings(account: SandboxAccount, random: Random, today: date) -> None:
    for rates in account.rates.values():
        for day in _some(random, today):
            rates.prices[day] = random.choice([0, 77, 200])
        for day in _some(random, today):
            rates.inventories[day] = random.choice([0, 1, 1, 3])
        for day in _some(random, today):
            rates.restrictions[day] = {
                "min_stay_on_arrival": random.choice([1, 2, 6]),
                "closed_on_arrival": random.random() < 0.5,
                "closed_on_departure": random.random() < 0.3,
            }


def _some(random: Random, today: date) -> Iterator[date]:
    start = today + DAY * random.randint(-30, 90)
    return (start + DAY * step for step in range(random.randint(0, 12)))


def holders(account: SandboxAccount, home: int) -> list[Row]:
    """The stays that hold a property."""
    return [
        stay
        for stay in account.stays.values()
        if stay["property_id"] == home and stay["status"] in HELD and not stay["in_reservation_box"]
    ]


def is_held(account: SandboxAccount, home: int, night: date) -> bool:
    return any(
        stay["check_in_date"] <= f"{night}" < stay["check_out_date"] for stay in holders(account, home)
    )


def is_free(account: SandboxAccount, home: int, night: date) -> bool:
    return not is_held(account, home, night) and night not in account.blocks.get(home, {})


def letter(account: SandboxAccount, home: int, night: date) -> str:
    if is_held(account, home, night):
        return "s"
    return "b" if night in account.blocks.get(home, {}) else "."


def shown_stays(account: SandboxAccount, home: int, days: Sequence[date]) -> set[str]:
    """The codes of stays whose bar is on these days, the morning of a check-out included."""
    return {
        stay["stay_code"]
        for stay in holders(account, home)
        if stay["check_in_date"] <= f"{days[-1]}" and stay["check_out_date"] >= f"{days[0]}"
    }


def rule(account: SandboxAccount, listing: Listing, day: date, name: str) -> int | bool:
    """A rule of a day; 0 or False where the channel tells none."""
    rates, channel = account.rates[listing], listing[0]
    usual: Row = {}
    if channel in ON_ARRIVAL:
        usual["min_stay_on_arrival"] = rates.min_stay
        usual["max_stay_on_arrival"] = rates.max_stay
    if channel in THROUGH:
        usual["min_stay_through"] = rates.min_stay
    return (usual | rates.restrictions.get(day, {})).get(name, 0)


def min_stay(account: SandboxAccount, listing: Listing, day: date) -> int | None:
    least = max(rule(account, listing, day, name) for name in ("min_stay_on_arrival", "min_stay_through"))
    return least if least > 1 else None


def price(account: SandboxAccount, listing: Listing, night: date) -> int | None:
    rates = account.rates[listing]
    usual = rates.weekend if night.weekday() in (4, 5) else rates.base
    return rates.prices.get(night, usual) or None


def units(account: SandboxAccount, listing: Listing, night: date) -> int:
    homes = [home for home in account.properties if listing in listings_of(account, home)]
    return account.rates[listing].inventories.get(night, sum(is_free(account, home, night) for home in homes))


def bookable(account: SandboxAccount, listing: Listing, arrival: date, nights: int) -> bool:
    """Whether a listing lets a guest stay so many nights, whatever else holds its property."""
    stay = [arrival + DAY * step for step in range(nights)]
    return (
        all(units(account, listing, night) > 0 for night in stay)
        and not rule(account, listing, arrival, "closed_on_arrival")
        and not rule(account, listing, arrival + DAY * nights, "closed_on_departure")
        and rule(account, listing, arrival, "min_stay_on_arrival") <= nights
        and nights <= (rule(account, listing, arrival, "max_stay_on_arrival") or nights)
        and all(rule(account, listing, night, "min_stay_through") <= nights for night in stay)
    )


def stuck(account: SandboxAccount, home: int, listing: Listing, days: Sequence[date]) -> Iterator[date]:
    """The free nights that no stay which a listing allows includes; nobody arrives before the first day."""
    for night in days:
        if is_free(account, home, night) and units(account, listing, night) > 0:
            first = last = night
            while first > days[0] and is_free(account, home, first - DAY):
                first -= DAY
            while last < days[-1] + DAY * 40 and is_free(account, home, last + DAY):
                last += DAY
            stays = (
                (arrival, (leave - arrival).days + 1)
                for arrival in _days(first, night)
                for leave in _days(night, last)
            )
            if not any(bookable(account, listing, *stay) for stay in stays):
                yield night


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * step for step in range((last - first).days + 1)]


def of_each_day(spans: Sequence[Sequence[Any]], days: int) -> list[Any]:
    """The value that spans give to each day; a span without a value says True."""
    values: list[Any] = [None] * days
    for first, count, *value in spans:
        for place in range(first, first + count):
            assert values[place] is None, "a day in two spans"
            values[place] = value[0] if value else True
    return values
