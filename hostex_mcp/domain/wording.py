"""Dates and money in the words of previews and warnings."""

import json
import re
from collections.abc import Sequence
from datetime import date

from hostex_mcp.domain.days import Run

_MORE_THAN_A_NAME = re.compile(r"[\n\r|\[\]{}<>\"\\:;,]")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def period(check_in: date, check_out: date) -> str:
    """From check-in to check-out: `24 to 30 Nov 2026`."""
    month, year = f" {_MONTHS[check_in.month - 1]}", f" {check_in.year}"
    if check_in.year == check_out.year:
        year = ""
        month = "" if check_in.month == check_out.month else month
    return f"{check_in.day}{month}{year} to {day_text(check_out)}"


def day_text(day: date) -> str:
    """A day: `24 Nov 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def nights_text(run: Run[str]) -> str:
    """Nights in a row by their first and last date: `night of 1 Dec 2026`, `nights of 1 to 3 Dec 2026`."""
    one = run.start_date == run.end_date
    return (
        f"night of {day_text(run.start_date)}" if one else f"nights of {period(run.start_date, run.end_date)}"
    )


def money(amount: float, currency: str | None = None) -> str:
    """An amount in major units: `330 EUR`, `120.30 EUR`."""
    digits = f"{amount:.2f}".removesuffix(".00")
    return f"{digits} {currency or ''}".strip()


def quoted(name: str) -> str:
    """A name in a line of text; one with more than a name has stands in quotes, so that it ends where it
    ends."""
    plain = not _MORE_THAN_A_NAME.search(name)
    return name if plain else json.dumps(name, ensure_ascii=False)


def some(names: Sequence[str], most: int) -> str:
    """The first of several names, and how many more there are."""
    more = len(names) - most
    return f"{', '.join(names[:most])}{f' and {more} more' if more > 0 else ''}"
