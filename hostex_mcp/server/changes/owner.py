"""Which changes of somebody who was invited the owner of the account decides on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from hostex_mcp.api import Blocked
from hostex_mcp.scope.money import is_amount
from hostex_mcp.toolkit.results import PlannedWrite
from hostex_mcp.toolkit.tool import Tool

CANCELLING = frozenset(("cancel_reservation", "decline_reservation"))
TO_GUESTS = frozenset(
    (
        *("send_message", "send_special_offer", "send_preapproval", "withdraw_special_offer"),
        *("execute_automation_action", "create_review", "reply_to_review"),
        # Messages quote the fields, guests read the guide, and an assistant answers them from the knowledge.
        *("update_reservation_custom_fields", "update_reservation_checkin_details"),
        *("create_knowledge_base", "update_knowledge_base", "delete_knowledge_base"),
    )
)
# Discounts and fees move what a guest pays as much as a price does, and percentages of them say nothing.
SETTING_PRICES = frozenset(("update_airbnb_price_and_rules", "update_vrbo_price_and_rules"))
# Their currency is that of amounts which keep their numbers.
REVALUING = frozenset(("update_task", "update_reservation_basic"))
_NO_MONEY = "Amounts of money are not served to this connection. Nothing was changed."
_WHO = "Leave amounts and currency out. The owner of the account decided that when they invited this person."


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Which changes need the owner: `every` one, or those that move a nightly price, or offer another one, by
    more than so many percent, set, replace or delete an amount of more than `money`, cancel a booking, or
    reach guests. None without any."""

    every: bool = False
    price_percent: int | None = None
    money: int | None = None
    cancelled: bool = False
    messages: bool = False

    def needs(self, tool: Tool, meant: Mapping[str, Any], change: PlannedWrite[Any]) -> bool:
        """Whether a change, whose arguments are `meant` so, needs the owner. What cannot be told does."""
        return (
            self.every
            or (self.cancelled and tool.name in CANCELLING)
            or (self.messages and tool.name in TO_GUESTS)
            or (self.price_percent is not None and self._reprices(tool, change.prices))
            or (self.money is not None and self._costs(tool, meant, change))
        )

    def _costs(self, tool: Tool, meant: Mapping[str, Any], change: PlannedWrite[Any]) -> bool:
        # Hostex pays for a cleaning what the property's settings say, and tells nobody beforehand.
        unnamed = tool.name == "create_task" and meant.get("type") == "cleaning" and meant.get("fee") is None
        return unnamed or any(amount > (self.money or 0) for amount in _moved(meant, change))

    def _reprices(self, tool: Tool, prices: Sequence[tuple[float | None, float]]) -> bool:
        percent = self.price_percent or 0
        return tool.name in SETTING_PRICES or any(
            not before or abs(after - before) * 100 > percent * before for before, after in prices
        )


@dataclass(frozen=True, slots=True)
class Oversight:
    """The grant of the owner who invited the person that is served, what that owner decides on, and whether
    the person may set amounts of `money`."""

    owner: str
    rule: OwnerRule
    money: bool = True

    def admit(self, tool: Tool, meant: Mapping[str, Any]) -> None:
        """Refuse a change that would set an amount, 0 included, or make it another by its currency, before
        anybody is asked about it.

        Raises:
            Blocked: the person has no money.
        """
        revalued = tool.name in REVALUING and meant.get("currency")
        if not self.money and (revalued or any(True for _ in _amounts(meant))):
            raise Blocked(_NO_MONEY, operation=tool.name, hint=_WHO)


def _moved(meant: Mapping[str, Any], change: PlannedWrite[Any]) -> Iterator[float]:
    """Return every amount that a change sets, replaces or deletes."""
    yield from _amounts(meant)
    # Not of its undo: whoever asks can make a change that has none.
    yield from _amounts(change.gone)
    # Prices may be given in percent.
    yield from (price for pair in change.prices for price in pair if price is not None)


def _amounts(value: Any, name: str = "") -> Iterator[float]:
    """Return every amount that arguments name."""
    match value:
        case Mapping():
            for key, member in cast("Mapping[str, Any]", value).items():
                # The prices of an object may have the names of days.
                yield from _amounts(member, f"{name}_{key}")
        case list() | tuple():
            for member in cast("Sequence[Any]", value):
                yield from _amounts(member, name)
        case bool():
            return
        case int() | float() if is_amount(name):
            yield abs(value)
        case _:
            return
