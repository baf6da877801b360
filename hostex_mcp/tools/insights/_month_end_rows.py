"""The rows of a month's accounts, of properties, groups and what stands apart, and their table."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypedDict

from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import code, rounded
from hostex_mcp.domain.month_end import DIRECTIONS, Ledger, added, by_name, counts, total
from hostex_mcp.reads.accounts import Books

# Some spreadsheets part cells at semicolons or tabs, and take wide signs for plain ones.
_FORMULA = re.compile(r"(^|[;\t])(\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


class MoneyRow(TypedDict, total=False):
    """One currency's sums of a period, major units. Without a currency: nights whose price is not known."""

    currency: str
    nights: int
    stays: int
    bookings: int
    revenue: float
    commission: float
    income: float
    expenses: float
    outstanding: float
    outstanding_expenses: float
    result: float


class HomeRow(MoneyRow, total=False):
    """The accounts of one property in one currency."""

    property_id: int
    property: str


class ApartRow(HomeRow, total=False):
    """Accounts of what is in no row of a property, and why: of day use and cancelled orders, with the
    property that earned it."""

    row: str


class GroupMoneyRow(MoneyRow, total=False):
    """The accounts of one property group (an owner, mostly) in one currency."""

    group_id: int
    group: str


class CheckRow(TypedDict, total=False):
    """Income or expenses of one currency: what list_transactions has for the period, paid or not, and how
    much of it is in the rows of properties and of what stands apart."""

    currency: str
    direction: str
    entries: int
    list_transactions: float
    in_properties: float
    apart: float
    difference: float


def home_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> list[HomeRow]:
    """A row for each property and currency."""
    return [
        HomeRow(property_id=key, property=books.meant.titled(key), **_sums(books, one))
        for key, found in homes.items()
        for one in found
    ]


def apart_rows(books: Books) -> list[ApartRow]:
    """A row for each currency of what is in no row of a property."""
    rows: list[ApartRow] = []
    for part in books.apart():
        home = books.meant.named(part.property_id) if part.property_id else {}
        for one in part.accounts:
            sums: dict[str, Any] = {**_sums(books, one)}
            del sums["nights"], sums["stays"]
            rows.append(ApartRow(row=part.why, **home, **sums))
    return rows


def group_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> list[GroupMoneyRow]:
    """A row for each group and currency, of its properties and what they earned apart."""
    rows: list[GroupMoneyRow] = []
    apart = [part for part in books.apart() if part.property_id]
    for group in books.groups:
        members = [one for key in group.property_ids for one in homes.get(key, ())]
        members += [one for part in apart if part.property_id in group.property_ids for one in part.accounts]
        sums = total_rows(books, members)
        rows += [GroupMoneyRow(group_id=group.id, group=one_line(group.name), **row) for row in sums]
    return rows


def total_rows(books: Books, found: Sequence[Ledger]) -> list[MoneyRow]:
    """Accounts added up, a row for each currency."""
    sums: list[MoneyRow] = []
    for currency in sorted({one.currency for one in found}, key=by_name):
        sums.append(_sums(books, added([one for one in found if one.currency == currency])))
    return sums


def check_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> list[CheckRow]:
    """How income and expenses come to what the list of transactions has; none of a part of the account, or
    where entries could not be read."""
    if books.entries is None or not books.meant.whole:
        return []
    entries = [one for one in books.entries if counts(one)]
    owned = [one for found in homes.values() for one in found]
    apart = [one for part in books.apart() for one in part.accounts]
    rows: list[CheckRow] = []
    for currency in sorted({code(one.currency) for one in entries}):
        own = [one for one in entries if code(one.currency) == currency]
        for direction in DIRECTIONS:
            listed = total(own, direction)
            inside, rest = (_entered(part, currency, direction) for part in (owned, apart))
            sums = {"list_transactions": listed, "in_properties": inside, "apart": rest}
            sums["difference"] = listed - inside - rest
            amounts: dict[str, Any] = {name: rounded(amount, currency) for name, amount in sums.items()}
            count = sum(one.direction == direction for one in own)
            rows.append(CheckRow(currency=currency, direction=direction, entries=count, **amounts))
    return [one for one in rows if one.get("entries")]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of properties and of what stands apart as a table for a spreadsheet, comma-separated with a
    header. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    names = [*HomeRow.__annotations__, *ApartRow.__annotations__]
    table = csv.DictWriter(out, list(dict.fromkeys(names)), lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: _harmless(value) for name, value in row.items()})
    return out.getvalue()


def _harmless(value: Any) -> Any:
    return _FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value


def _entered(found: Iterable[Ledger], currency: str, direction: str) -> Fraction:
    """What these accounts have of entries of one currency and direction, paid or not."""
    own = [one for one in found if one.currency == currency]
    if direction == "income":
        return sum((one.income + one.outstanding for one in own), Fraction())
    return sum((one.expenses + one.outstanding_expenses for one in own), Fraction())


def _sums(books: Books, one: Ledger) -> MoneyRow:
    """An account as a row, without the sums that are not known."""
    counted: dict[str, Any] = {"nights": one.nights, "stays": one.stays}
    if one.bookings:
        counted["bookings"] = one.bookings
    if not one.currency:
        return MoneyRow(**counted)
    amounts: dict[str, Fraction] = {"revenue": one.revenue, "commission": one.commission}
    if books.entries is not None:
        amounts |= {
            "income": one.income,
            "expenses": one.expenses,
            "outstanding": one.outstanding,
            "outstanding_expenses": one.outstanding_expenses,
            "result": one.result,
        }
    shown = {name: rounded(amount, one.currency) for name, amount in amounts.items()}
    row: dict[str, Any] = {"currency": one.currency, **counted, **shown}
    return MoneyRow(**row)
