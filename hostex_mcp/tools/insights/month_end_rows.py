"""The rows of a month's accounts, of properties, groups and what stands apart, and their table. All of a
large account are long work, so each row is worked out when it is asked for."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any, TypedDict

from hostex_mcp.domain.earnings import grouped
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


def home_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> Iterator[HomeRow]:
    """Work out a row for each property and currency."""
    for home, ledgers in homes.items():
        for ledger in ledgers:
            yield HomeRow(property_id=home, property=books.portfolio.titled(home), **_sums(books, ledger))


def apart_rows(books: Books) -> Iterator[ApartRow]:
    """Work out a row for each currency of what is in no row of a property."""
    for part in books.apart:
        home = books.portfolio.named(part.property_id) if part.property_id else {}
        for ledger in part.accounts:
            sums: dict[str, Any] = {**_sums(books, ledger)}
            # What stands apart has no night of a property, and zeros would look like data.
            del sums["nights"], sums["stays"]
            yield ApartRow(row=part.why, **home, **sums)


def group_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> Iterator[GroupMoneyRow]:
    """Work out a row for each group and currency, of its properties and what they earned apart."""
    apart = [part for part in books.apart if part.property_id]
    for group in books.groups:
        ledgers = [ledger for home in group.property_ids for ledger in homes.get(home, ())]
        own = {*group.property_ids}
        ledgers += [ledger for part in apart if part.property_id in own for ledger in part.accounts]
        for row in total_rows(books, ledgers):
            yield GroupMoneyRow(group_id=group.id, group=one_line(group.name), **row)


def total_rows(books: Books, ledgers: Sequence[Ledger]) -> Iterator[MoneyRow]:
    """Work out the sums of ledgers, a row for each currency."""
    own = grouped(ledgers, lambda ledger: ledger.currency)
    for currency in sorted(own, key=by_name):
        yield _sums(books, sum_of(own[currency]))


def check_rows(books: Books, homes: Mapping[int, Sequence[Ledger]]) -> Iterator[CheckRow]:
    """Work out how income and expenses come to what the list of transactions has; no rows for a part of the
    account, or where entries could not be read."""
    # A part of the account cannot add up to the list of all entries.
    if books.entries is None or not books.portfolio.whole:
        return
    entries = grouped(filter(counts, books.entries), lambda entry: code(entry.currency))
    owned = _by_currency(ledgers for ledgers in homes.values())
    apart = _by_currency(part.accounts for part in books.apart)
    for currency, own in sorted(entries.items()):
        for direction in DIRECTIONS:
            count = sum(entry.direction == direction for entry in own)
            if not count:
                continue
            listed = total(own, direction)
            in_homes, in_rest = (_entered(part.get(currency, ()), direction) for part in (owned, apart))
            sums = {"list_transactions": listed, "in_properties": in_homes, "apart": in_rest}
            sums["difference"] = listed - in_homes - in_rest
            amounts: dict[str, Any] = {name: rounded(amount, currency) for name, amount in sums.items()}
            yield CheckRow(currency=currency, direction=direction, entries=count, **amounts)


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


def _by_currency(ledgers: Iterable[Iterable[Ledger]]) -> Mapping[str, Sequence[Ledger]]:
    return grouped(chain.from_iterable(ledgers), lambda ledger: ledger.currency)


def _entered(ledgers: Iterable[Ledger], direction: str) -> Fraction:
    """Return what ledgers of one currency have of entries of one direction, paid or not."""
    if direction == "income":
        return sum((ledger.income + ledger.outstanding for ledger in ledgers), Fraction())
    return sum((ledger.expenses + ledger.outstanding_expenses for ledger in ledgers), Fraction())


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
