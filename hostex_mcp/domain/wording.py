"""Dates, money and names as previews and warnings write them."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast

from hostex_mcp.domain.days import DAY, Run
from hostex_mcp.domain.money import decimals

_MORE_THAN_A_NAME = re.compile(r"[\n\r|\[\]{}<>\"\\:;,\u2500-\u257f]|^[-•*#]")
_LIKE_SIGNS = ("Ps", "Pe", "Po", "Sm")
_IN_NAMES = "\u00b7\u2026"

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Only signs that belong to one currency; a plain $ is the US dollar, as in English.
_SIGNS: Mapping[str, str] = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "CNY": "CN¥",
    "INR": "₹",
    "KRW": "₩",
    "VND": "₫",
    "PHP": "₱",
    "ILS": "₪",
    "TRY": "₺",
    "BRL": "R$",
    "AUD": "A$",
    "CAD": "CA$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "SGD": "S$",
    "TWD": "NT$",
    "MXN": "MX$",
}


def period(check_in: date, check_out: date) -> str:
    """Write a stay from check-in to check-out: `Tue 24 to Mon 30 Nov 2026`."""
    return _from_to(check_in, check_out, "to")


def days_text(first: date, last: date) -> str:
    """Write consecutive days, both ends included: `Fri 11 Dec 2026`, `Fri 11 and Sat 12 Dec 2026`, `Fri 11 to
    Mon 14 Dec 2026`."""
    if first == last:
        return day_text(first)
    return _from_to(first, last, "and" if last - first == DAY else "to")


def day_text(day: date) -> str:
    """Write a day: `Tue 24 Nov 2026`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_text(moment: datetime, now: datetime) -> str:
    """Write a moment in UTC, with the date unless it is today's: `today at 12:00 UTC`."""
    moment, now = moment.astimezone(UTC), now.astimezone(UTC)
    day = "today" if moment.date() == now.date() else day_text(moment.date())
    return f"{day} at {moment:%H:%M} UTC"


def span_text(span: timedelta) -> str:
    """Write how long something is, rounded up: `9 minutes`, `23 hours`, `6 days`."""
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    if minutes <= 90:
        return _counted(minutes, "minute")
    hours = -(-minutes // 60)
    return _counted(hours, "hour") if hours <= 36 else _counted(-(-hours // 24), "day")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def nights_text(run: Run[str]) -> str:
    """Write consecutive nights by their first and last date: `night of Tue 1 Dec 2026`."""
    single = run.start_date == run.end_date
    return f"night{'' if single else 's'} of {days_text(run.start_date, run.end_date)}"


def money(amount: float, currency: str | None = None) -> str:
    """Write an amount in major units, with all its decimals: `€1,330`, `€120.30`, `CHF 120`; without a
    currency only the number."""
    exact = Decimal(f"{abs(amount):.15g}")
    needed = max(0, -cast("int", exact.normalize().as_tuple().exponent))
    places = max(needed, decimals(currency or "")) if needed else 0
    minus = "-" if amount < 0 else ""
    return f"{minus}{_SIGNS.get(currency, f'{currency} ') if currency else ''}{exact:,.{places}f}"


def quoted(name: str) -> str:
    """Return a name for a line of text, in quotes if it contains more than names do, so that its end is
    clear."""
    plain = not _MORE_THAN_A_NAME.search(name) and not any(map(_like_a_sign, name))
    return name if plain else in_quotes(name)


def in_quotes(name: str) -> str:
    """Return a name that somebody chose for themselves, always in quotes."""
    # Even ordinary words in it could pass for words of this server.
    return json.dumps(name, ensure_ascii=False)


def _like_a_sign(char: str) -> bool:
    """Whether a character of another script could be read as punctuation."""
    return not char.isascii() and unicodedata.category(char) in _LIKE_SIGNS and char not in _IN_NAMES


def some(names: Sequence[str], most: int) -> str:
    """List the first of several names, and how many more there are."""
    more = len(names) - most
    return f"{', '.join(names[:most])}{f' and {more} more' if more > 0 else ''}"


def _from_to(first: date, last: date, between: str) -> str:
    month, year = f" {MONTHS[first.month - 1]}", f" {first.year}"
    if first.year == last.year:
        year = ""
        month = "" if first.month == last.month else month
    return f"{WEEKDAYS[first.weekday()]} {first.day}{month}{year} {between} {day_text(last)}"
