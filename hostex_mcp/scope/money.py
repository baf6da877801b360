"""A client for whom amounts of money do not exist."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from pydantic import BaseModel

from hostex_mcp.api import AnswerT, Blocked, Client, ListAnswer, Pace, Request
from hostex_mcp.api.endpoints import calendar, finance, messaging, price_and_rules, reservations

OPERATIONS = frozenset(
    (
        *(finance.LIST_TRANSACTIONS, finance.CREATE_TRANSACTION, finance.UPDATE_TRANSACTION),
        *(finance.DELETE_TRANSACTION, finance.LIST_INCOME_ITEMS, finance.LIST_EXPENSE_ITEMS),
        *(finance.LIST_INCOME_METHODS, finance.LIST_EXPENSE_METHODS),
        *(calendar.UPDATE_LISTING_PRICES, calendar.GET_PRICING_RATIOS),
        *(price_and_rules.GET_AIRBNB_PRICE_AND_RULES, price_and_rules.UPDATE_AIRBNB_PRICE_AND_RULES),
        *(price_and_rules.GET_VRBO_PRICE_AND_RULES, price_and_rules.UPDATE_VRBO_PRICE_AND_RULES),
        *(messaging.LIST_SPECIAL_OFFERS, messaging.SEND_SPECIAL_OFFER, messaging.WITHDRAW_SPECIAL_OFFER),
        reservations.CREATE_RESERVATION,
    )
)
"""What is about money and nothing else."""

FIELDS = frozenset(("rates", "payment", "additional_fees", "deposit", "fee", "price"))
"""The members of other answers that hold amounts."""

_WORDS = frozenset(("price", "amount", "fee", "deposit", "rate", "commission"))

_REFUSED = "Amounts of money are not served to this connection."
_WHO = "The owner of the Hostex account decided that when they invited this person."


def is_amount(name: str) -> bool:
    """Whether a name is that of an amount, or of a part of one."""
    return not _WORDS.isdisjoint(name.split("_"))


class MoneylessClient(Client):
    """A client without amounts: what it gives lacks them, and what would show or set one is refused."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request that names no amount, and return its answer without amounts.

        Raises:
            Blocked: it does, or is about nothing else; HostexError: as the client.
        """
        _require_no_amounts(request)
        answer = await self._client.send(request)
        if isinstance(answer, ListAnswer):
            listed = cast("ListAnswer[Any]", answer)
            return cast("AnswerT", replace(listed, items=await _each(listed.items)))
        if isinstance(answer, list):
            return cast("AnswerT", await _each(cast("list[Any]", answer)))
        return without_amounts(answer)

    async def admit(self, request: Request[Any]) -> None:
        """Refuse what names an amount, and what the client would refuse."""
        _require_no_amounts(request)
        await self._client.admit(request)


def _require_no_amounts(request: Request[Any]) -> None:
    if request.target in OPERATIONS or _names_amounts(request.body):
        raise Blocked(_REFUSED, operation=request.target.name, hint=_WHO)


async def _each(items: list[Any]) -> list[Any]:
    pace, shown = Pace(), list[Any]()
    for item in items:
        shown.append(without_amounts(item))
        await pace.rest()
    return shown


def without_amounts(value: AnswerT) -> AnswerT:
    """Return an answer whose amounts are as if Hostex had not sent them."""
    return cast("AnswerT", _stripped(value))


def _stripped(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_stripped(member) for member in cast("tuple[Any, ...]", value))
    if not isinstance(value, BaseModel):
        return value
    changed: dict[str, Any] = {
        name: _nothing(member) if name in FIELDS else _stripped(member)
        for name, member in value.__dict__.items()
        if name in FIELDS or _holds_more(member)
    }
    return value.model_copy(update=changed) if changed else value


def _holds_more(member: object) -> bool:
    return isinstance(member, BaseModel | tuple)


def _nothing(member: object) -> object:
    return () if isinstance(member, tuple) else None


def _names_amounts(body: Any) -> bool:
    match body:
        case Mapping():
            members = cast("Mapping[str, Any]", body)
            return any(_holds_amounts(name, member) for name, member in members.items())
        case list() | tuple():
            return any(map(_names_amounts, cast("list[Any]", body)))
        case _:
            return False


def _holds_amounts(name: str, member: Any) -> bool:
    return name in FIELDS or is_amount(name) or _names_amounts(member)
