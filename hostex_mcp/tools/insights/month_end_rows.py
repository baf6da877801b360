"""The rows of a month's accounts, of properties, groups and what stands apart, and their table."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypedDict

from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.money import code, rounded
from hostex_mcp.domain.month_end import DIRECTIONS, Ledger, by_name, counts, sum_of, total
from hostex_mcp.reads.accounts import Books

_OF_STAYS = ("revenue", "commission")
_OF_ENTRIES = ("income", "expenses", "outstanding", "outstanding_expenses", "result")
# Some spreadsheets split cells at semicolons or tabs, drop a quotation mark that begins one, and take
# full-width signs for plain ones.
_FORMULA = re.compile(r"(^|[;\t])([\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")


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
    """Accounts of what is in no row of a property, and why; day use and cancelled orders with the property
    that earned it."""

    row: str


class GroupMoneyRow(MoneyRow, total=False):
    """The accounts of one property group (usually an owner) in one currency."""

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
    """Return a row for each property and currency."""
    return [
        HomeRow(property_id=home, property=books.portfolio.titled(home), **_sums(books, ledger))
        for home, ledgers in homes.items()
        for ledger in ledgers
    ]


def apart_rows(books: Books) -> list[ApartRow]:
    """Return a row for each currency of what is in no row of a property."""
    rows: list[ApartRow] = []
    for part in books.apart:
        home = books.portfolio.named(part.property_id) if part.property_id else {}
        for ledger in part.accounts:
            sums: dict[str, Any] = {**_sums(books, ledger)}
            # What stands apart has no night of a property, and zeros would look like data.
            del sums["nights"], sums["stays"]
            rows.append(ApartRow(row=part.why, **home, **sums))
    return rows


def group_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> list[GroupMoneyRow]:
    """Return a row for each group and currency, of its properties and what they earned apart."""
    rows: list[GroupMoneyRow] = []
    apart = [part for part in books.apart if part.property_id]
    for group in books.groups:
        ledgers = [ledger for home in group.property_ids for ledger in homes.get(home, ())]
        for part in apart:
            ledgers += part.accounts if part.property_id in group.property_ids else ()
        rows += [
            GroupMoneyRow(group_id=group.id, group=one_line(group.name), **row)
            for row in total_rows(books, ledgers)
        ]
    return rows


def total_rows(books: Books, ledgers: Sequence[Ledger]) -> list[MoneyRow]:
    """Return the sums of ledgers, a row for each currency."""
    return [
        _sums(books, sum_of([ledger for ledger in ledgers if ledger.currency == currency]))
        for currency in sorted({ledger.currency for ledger in ledgers}, key=by_name)
    ]


def check_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> list[CheckRow]:
    """Return how income and expenses come to what the list of transactions has; no rows for a part of the
    account, or where entries could not be read."""
    # A part of the account cannot add up to the list of all entries.
    if books.entries is None or not books.portfolio.whole:
        return []
    entries = [entry for entry in books.entries if counts(entry)]
    owned = [ledger for ledgers in homes.values() for ledger in ledgers]
    apart = [ledger for part in books.apart for ledger in part.accounts]
    rows: list[CheckRow] = []
    for currency in sorted({code(entry.currency) for entry in entries}):
        own = [entry for entry in entries if code(entry.currency) == currency]
        for direction in DIRECTIONS:
            count = sum(entry.direction == direction for entry in own)
            if not count:
                continue
            listed = total(own, direction)
            in_homes, in_rest = (_entered(ledgers, currency, direction) for ledgers in (owned, apart))
            sums = {"list_transactions": listed, "in_properties": in_homes, "apart": in_rest}
            sums["difference"] = listed - in_homes - in_rest
            amounts: dict[str, Any] = {name: rounded(amount, currency) for name, amount in sums.items()}
            rows.append(CheckRow(currency=currency, direction=direction, entries=count, **amounts))
    return rows


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows of properties and of what stands apart as a table for a spreadsheet, comma-separated with
    a header. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    names = dict.fromkeys([*HomeRow.__annotations__, *ApartRow.__annotations__])
    # RFC 4180, section 2: lines end with CRLF.
    table = csv.DictWriter(out, list(names), lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: _harmless(value) for name, value in row.items()})
    return out.getvalue()


def _harmless(value: Any) -> Any:
    return _FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value


def _entered(ledgers: Iterable[Ledger], currency: str, direction: str) -> Fraction:
    """Return what ledgers have of entries of one currency and direction, paid or not."""
    own = [ledger for ledger in ledgers if ledger.currency == currency]
    if direction == "income":
        return sum((ledger.income + ledger.outstanding for ledger in own), Fraction())
    return sum((ledger.expenses + ledger.outstanding_expenses for ledger in own), Fraction())


def _sums(books: Books, ledger: Ledger) -> MoneyRow:
    """Return a ledger as a row, without the sums that are not known."""
    row: dict[str, Any] = {"currency": ledger.currency} if ledger.currency else {}
    row |= {"nights": ledger.nights, "stays": ledger.stays}
    if ledger.bookings:
        row["bookings"] = ledger.bookings
    # Nights of unknown price are counted under no currency.
    if not ledger.currency:
        return MoneyRow(**row)
    names = _OF_STAYS if books.entries is None else (*_OF_STAYS, *_OF_ENTRIES)
    row |= {name: rounded(getattr(ledger, name), ledger.currency) for name in names}
    return MoneyRow(**row)
