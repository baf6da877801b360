"""By how much figures differ from those they are compared with."""

from typing import Any

from hostex_mcp.domain.money import exact
from hostex_mcp.toolkit.results import JsonObject

_IN_PERCENT = frozenset(("nights_sold", "revenue", "adr", "revpar"))
_OF_CALENDAR = frozenset(("nights_for_sale", "nights_blocked", "occupancy", "revpar"))
# Where nothing is counted or earned these are left out, while other figures have no meaning then.
_NONE_IS_ZERO = frozenset(
    (
        *("nights_without_price", "nights_sold_twice", "nights_not_allocated", "bookings_apart"),
        *("revenue", "room_revenue", "commission"),
    )
)


def change(now: JsonObject, before: JsonObject, *, calendar: bool) -> dict[str, Any]:
    """Return what was added to each figure of a row, in the form of the row, and for some in percent too.

    Without the `calendar` of the earlier period, what hangs on its blocked nights is left out.
    """
    money, earlier = _by_currency(now), _by_currency(before)
    sums = [
        {"currency": currency, **_differences(money.get(currency, {}), earlier.get(currency, {}), calendar)}
        for currency in {**money, **earlier}
    ]
    return {**_differences(now, before, calendar), **({"money": sums} if sums else {})}


def _by_currency(row: JsonObject) -> dict[str, JsonObject]:
    return {sums["currency"]: sums for sums in row.get("money", ())}


def _differences(now: JsonObject, before: JsonObject, calendar: bool) -> dict[str, float]:
    differences: dict[str, float] = {}
    for name in {**now, **before}:
        absent = 0 if name in _NONE_IS_ZERO else None
        new, old = now.get(name, absent), before.get(name, absent)
        comparable = isinstance(new, int | float) and isinstance(old, int | float)
        if comparable and (calendar or name not in _OF_CALENDAR):
            differences[name] = _less(new, old)
            if name in _IN_PERCENT and old > 0:
                differences[f"{name}_percent"] = round(100 * (new - old) / old, 1)
    return differences


def _less(amount: float, other: float) -> float:
    # As numbers of the answer: a person who subtracts them gets the same.
    return amount - other if isinstance(amount, int) else float(exact(amount) - exact(other))
