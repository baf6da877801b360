"""What a bookkeeper reads off the demo account's rows, night by night, without the code under test."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import accepted, arrival, departure

DAY = timedelta(days=1)


def days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def nights(stay: Row) -> list[date]:
    return days(arrival(stay), departure(stay) - DAY)


def sold(account: SandboxAccount, property_id: int, first: date, last: date) -> int:
    period = set(days(first, last))
    return sum(
        len(period & set(nights(stay))) for stay in accepted(account) if stay["property_id"] == property_id
    )


def blocked(account: SandboxAccount, property_id: int, first: date, last: date) -> int:
    return len(set(days(first, last)) & set(account.blocks.get(property_id, {})))


def line(stay: Row, kind: str) -> Fraction:
    amounts = [line["amount"] for line in stay["rates"]["details"] if line["type"] == kind]
    return sum((Fraction(str(amount)) for amount in amounts), Fraction())


def money_of(
    account: SandboxAccount, property_id: int, first: date, last: date
) -> dict[str, dict[str, float]]:
    """Per currency: revenue, room revenue and commission, a night at a time."""
    sums: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    period = set(days(first, last))
    for stay in accepted(account):
        if stay["property_id"] != property_id:
            continue
        counted, length = len(period & set(nights(stay))), len(nights(stay))
        if not counted:
            continue
        money = sums[stay["rates"]["rate"]["currency"]]
        money["revenue"] += Fraction(str(stay["rates"]["rate"]["amount"])) * counted / length
        money["commission"] += Fraction(str(stay["rates"]["commission"]["amount"])) * counted / length
        money["room"] += line(stay, "ACCOMMODATION") * counted / length
    return {
        currency: {name: cents(amount) for name, amount in money.items()} for currency, money in sums.items()
    }


def cents(amount: Fraction) -> float:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def smallest(amount: Fraction, decimals: int) -> float:
    """An amount in the coins of a currency, halves up."""
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return float(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def earned(stays: list[Row], first: date, last: date) -> list[tuple[str, Row, str, Fraction, Fraction]]:
    """What a bookkeeper enters for a period: why it has no night in a property (empty where it has), the
    stay, currency, revenue and commission."""
    lines: list[tuple[str, Row, str, Fraction, Fraction]] = []
    for stay in stays:
        length, overlap = len(nights(stay)), len(set(days(first, last)) & set(nights(stay)))
        counted = Fraction(overlap, length) if length else Fraction(first <= arrival(stay) <= last)
        if stay["status"] == "accepted" and counted and stay["rates"]:
            homeless = stay["in_reservation_box"] or not stay["property_id"]
            why = "not allocated" if homeless else "" if length else "day use"
            rate, fee = stay["rates"]["rate"], stay["rates"]["commission"]
            price, charged = Fraction(str(rate["amount"])), Fraction(str(fee["amount"]))
            lines.append((why, stay, rate["currency"], price * counted, charged * counted))
    return lines + kept_of_cancelled(stays, first, last)


def by_order(stays: list[Row]) -> list[list[Row]]:
    orders: dict[str, list[Row]] = defaultdict(list)
    for stay in sorted(stays, key=lambda stay: (stay["check_in_date"], stay["stay_code"])):
        orders[stay["reservation_code"]].append(stay)
    return list(orders.values())


def kept_of_cancelled(
    stays: list[Row], first: date, last: date
) -> list[tuple[str, Row, str, Fraction, Fraction]]:
    lines: list[tuple[str, Row, str, Fraction, Fraction]] = []
    for order in by_order(stays):
        received = order[0]["payment"]["received_amount"]
        cancelled = {stay["status"] for stay in order} == {"cancelled"}
        if cancelled and received and first <= arrival(order[0]) <= last:
            currency = order[0]["payment"]["currency"]
            lines.append(("cancelled", order[0], currency, Fraction(str(received)), Fraction()))
    return lines


def owed_by(stays: list[Row], first: date, last: date) -> dict[str, float]:
    """The balances of the orders whose last accepted stay leaves in a period, by order."""
    owed: dict[str, float] = {}
    for order in by_order([stay for stay in stays if stay["status"] == "accepted"]):
        balance = order[0]["payment"]["balance_amount"]
        if balance and first <= max(map(departure, order)) <= last:
            owed[order[0]["reservation_code"]] = balance
    return owed
