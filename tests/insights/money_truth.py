"""What a bookkeeper reads off the demo account's rows, night by night, without the code under test."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hostex_mcp.sandbox.state import Account, Row
from tests.sandbox.demo_cases import accepted, arrival, departure

DAY = timedelta(days=1)


def days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def nights(stay: Row) -> list[date]:
    return days(arrival(stay), departure(stay) - DAY)


def sold(account: Account, property_id: int, first: date, last: date) -> int:
    period = set(days(first, last))
    return sum(
        len(period & set(nights(one))) for one in accepted(account) if one["property_id"] == property_id
    )


def blocked(account: Account, property_id: int, first: date, last: date) -> int:
    return len(set(days(first, last)) & set(account.blocks.get(property_id, {})))


def line(stay: Row, kind: str) -> Fraction:
    amounts = [one["amount"] for one in stay["rates"]["details"] if one["type"] == kind]
    return sum((Fraction(str(one)) for one in amounts), Fraction())


def money_of(account: Account, property_id: int, first: date, last: date) -> dict[str, dict[str, float]]:
    """Per currency: revenue, room revenue and commission, a night at a time."""
    sums: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    period = set(days(first, last))
    for one in accepted(account):
        if one["property_id"] != property_id:
            continue
        inside, whole = len(period & set(nights(one))), len(nights(one))
        if not inside:
            continue
        kept = sums[one["rates"]["rate"]["currency"]]
        kept["revenue"] += Fraction(str(one["rates"]["rate"]["amount"])) * inside / whole
        kept["commission"] += Fraction(str(one["rates"]["commission"]["amount"])) * inside / whole
        kept["room"] += line(one, "ACCOMMODATION") * inside / whole
    return {
        currency: {name: cents(amount) for name, amount in kept.items()} for currency, kept in sums.items()
    }


def cents(amount: Fraction) -> float:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
