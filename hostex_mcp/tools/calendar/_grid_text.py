"""A calendar of several properties in as few words as can be: a line for each property."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any, cast

from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import MONTHS, days_text, in_quotes, money, quoted
from hostex_mcp.toolkit.results import JsonObject, lean

LETTERS: Mapping[str, str] = {
    "airbnb": "A",
    "booking.com": "B",
    "vrbo": "V",
    "hostex_direct": "D",
    "booking_site": "S",
    "expedia": "E",
    "agoda": "G",
    "trip.com": "T",
}
"""How the channels of most stays are written; of others the code is."""

_PENDING: Mapping[str, str] = {"wait_accept": "requested", "wait_pay": "unpaid"}
_CONFLICTS: Mapping[str, str] = {
    "double_booking": "double booking",
    "open_on_channel": "open on {}",
    "closed_on_channel": "closed on {}",
}
_LABELS: Mapping[str, str] = {
    "stays": "",
    "blocks": "Blocked ",
    "not_known": "Not known ",
    "prices": "Prices ",
    "rules": "",
    "units": "Units ",
    "gaps": "Gaps ",
    "conflicts": "Conflicts ",
}
_UNSOLD = "No channel calendar"
_HOW = (
    "Nights in no stay or block are free; gaps are free nights that cannot be booked. Stays are from "
    "check-in to check-out, all else are nights. What has no dates holds on all other days. Full detail has "
    "codes and listings."
)
_PERCENT = "N% is of the first prices."
_FAR = 180
# Digits look like days and amounts, and the parts of a line end with a full stop; so does an initial, which
# stands before one last name.
_ENDS = re.compile(r"(?<!\b\w)\.(?:\s|$)|(?<=\b\w)\.(?=\s+\S+\s)")
_LIKE_OURS = re.compile(rf"\d|{_ENDS.pattern}")


class _Dates:
    """Writes days one after another: a month holds until another one is named, and a year is named only
    where it could be mistaken."""

    def __init__(self, row: JsonObject) -> None:
        self._start = date.fromisoformat(row["start_date"])
        self._month = ""

    def day(self, text: str) -> str:
        """Write a day: `Nov 24`, `24`, `Mar 5 2026`."""
        day, before = date.fromisoformat(text), self._month
        self._month = text[:7]
        month = "" if self._month == before else f"{MONTHS[day.month - 1]} "
        far = abs((day - self._start).days) > _FAR
        return f"{month}{day.day}{f' {day.year}' if far else ''}"

    def span(self, first: str, last: str) -> str:
        """Write several days, or one."""
        return self.day(first) if first == last else f"{self.day(first)}-{self.day(last)}"

    def of(self, run: JsonObject) -> str:
        """Write the days of a run, nothing for all days of the row."""
        return self.span(run["start_date"], run["end_date"]) if "start_date" in run else ""


def brief_row(row: JsonObject) -> JsonObject:
    """Return a property with its runs in words."""
    head = {name: row[name] for name in ("property_id", "property", "start_date", "end_date")}
    words = {
        "stays": _listed(row, "stays", partial(_stay, row.get("currency", ""))),
        "blocks": _listed(row, "blocks", _block),
        "not_known": _listed(row, "not_known", _unknown),
        "prices": _prices(row),
        "rules": _rules(row),
        "units": ", ".join(map(_units, row.get("units", ()))),
        "gaps": _gaps(row),
        "conflicts": _listed(row, "conflicts", _conflict),
        "sold": row.get("sold"),
    }
    return {**head, **lean(words)}


def _listed(row: JsonObject, name: str, write: Callable[[JsonObject, _Dates], str]) -> str:
    """Write the things of one kind, one after another."""
    dates = _Dates(row)
    return "; ".join(write(thing, dates) for thing in row.get(name, ()))


def _stay(currency: str, stay: JsonObject, dates: _Dates) -> str:
    parts = (
        dates.span(stay["check_in_date"], stay["check_out_date"]),
        _name(stay["guest_name"]),
        _channel(stay.get("channel_type", "")),
        _money(stay["amount"], stay.get("currency", currency)) if "amount" in stay else "",
        _PENDING.get(stay.get("status", ""), stay.get("status", "")),
    )
    return " ".join(filter(None, parts))


def _block(block: JsonObject, dates: _Dates) -> str:
    remarks = block.get("remarks", "")
    return " ".join(filter(None, (dates.of(block), in_quotes(remarks) if remarks else "")))


def _unknown(run: JsonObject, dates: _Dates) -> str:
    return dates.of(run) or "all"


def _gaps(row: JsonObject) -> str:
    """Write nights that cannot be sold, those next to each other in the list by the same rule together."""
    dates, texts = _Dates(row), list[str]()
    for problem, members in groupby(row.get("gaps", ()), key=lambda gap: gap["problem"]):
        nights = ", ".join(dates.of(gap) for gap in members)
        texts.append(f"{nights} ({problem.replace('minimum stay', 'min')})")
    return "; ".join(texts)


def _conflict(conflict: JsonObject, dates: _Dates) -> str:
    kind = _CONFLICTS[conflict["kind"]]
    named = kind.format(_channel(conflict.get("listing", "").split(" ")[0]))
    more = f" and {conflict['more']} more" if "more" in conflict else ""
    return f"{dates.of(conflict)} {named}{more}"


def _prices(row: JsonObject) -> str:
    """Write the prices that stand for the property, then those of other listings."""
    texts: list[str] = []
    for place, entry in enumerate(row.get("prices", ())):
        channels = _channels(name.split(" ")[0] for name in entry["listings"])
        asked = _asked(entry, row)
        texts.append(f"{channels} {asked}" if place or len(row["prices"]) > 1 else asked)
    return "; ".join(texts)


def _asked(entry: JsonObject, row: JsonObject) -> str:
    if "percent" in entry:
        return f"{entry['percent']}%"
    currency = entry.get("currency", row.get("currency", ""))
    return _runs(entry["runs"], row, lambda run: _money(run["price"], currency))


def _money(amount: float, currency: str) -> str:
    """Write an amount; a thousand without its comma, which costs a model as much as the digits."""
    return money(amount, currency).replace(",", "")


def _rules(row: JsonObject) -> str:
    """Write minimum stays and closed days; which channel has them only where they differ."""
    entries = row.get("rules", ())
    channels = {tuple(entry["channels"]) for entry in entries}
    texts: list[str] = []
    for entry in entries:
        whose = f"{_channels(entry['channels'])} " if len(channels) > 1 else ""
        texts.append(f"{whose}{_runs(entry['runs'], row, _rule)}")
    return "; ".join(texts)


def _rule(run: JsonObject) -> str:
    if "min_stay" in run:
        return f"min {run['min_stay']}"
    return "no arrival" if "closed_on_arrival" in run else "no departure"


def _units(entry: JsonObject) -> str:
    return f"{_channel(entry['listing'].split(' ')[0])} up to {max(run['units'] for run in entry['runs'])}"


def _runs(runs: Sequence[JsonObject], row: JsonObject, write: Callable[[JsonObject], str]) -> str:
    """Write runs of values. Those of most days come first, and then hold wherever no dates are named."""
    periods = [
        (days, _week(members, write)) for days, members in groupby(runs, key=lambda run: _days(run, row))
    ]
    counts: Counter[str] = Counter()
    for days, text in periods:
        counts[text] += _count(days)
    usual, dates = "", _Dates(row)
    # Where nothing is known of some days, what has no dates would seem to hold there too.
    if counts.total() == _count((row["start_date"], row["end_date"])):
        usual = counts.most_common(1)[0][0]
    others = [f"{dates.span(*days)} {text}" for days, text in periods if text != usual]
    return ", ".join(filter(None, (usual, *others)))


def _week(runs: Iterable[JsonObject], write: Callable[[JsonObject], str]) -> str:
    """Write the values of some days, the days of the week only of the second and further ones."""
    first, *others = runs
    return ", ".join([write(first), *(f"{run['weekdays']} {write(run)}" for run in others)])


def _days(run: JsonObject, row: JsonObject) -> tuple[str, str]:
    return run.get("start_date", row["start_date"]), run.get("end_date", row["end_date"])


def _count(days: tuple[str, str]) -> int:
    first, last = map(date.fromisoformat, days)
    return (last - first).days + 1


def _channels(codes: Iterable[str]) -> str:
    return "+".join(dict.fromkeys(map(_channel, codes)))


def _channel(code: str) -> str:
    return LETTERS.get(code) or quoted(one_line(code))


def _name(name: str) -> str:
    """Return a guest's name, in quotes where its end would not be clear."""
    return in_quotes(name) if _LIKE_OURS.search(name) else quoted(name)


def legend(rows: Sequence[JsonObject]) -> list[str]:
    """Say how rows in words are to be read, and what the letters of the channels in them mean."""
    codes = {code for row in rows for code in _codes(row)}
    named = [f"{letter} {channel_name(code)}" for code, letter in LETTERS.items() if code in codes]
    compared = any("percent" in entry for row in rows for entry in row.get("prices", ()))
    parts = (_HOW, _PERCENT if compared else "", f"{', '.join(named)}." if named else "")
    return [" ".join(filter(None, parts))]


def _codes(row: JsonObject) -> Iterator[str]:
    yield from (stay.get("channel_type", "") for stay in row.get("stays", ()))
    yield from (name.split(" ")[0] for entry in row.get("prices", ()) for name in entry["listings"])
    yield from (code for entry in row.get("rules", ()) for code in entry["channels"])
    listings = (entry.get("listing", "") for kind in ("units", "conflicts") for entry in row.get(kind, ()))
    yield from (name.split(" ")[0] for name in listings)


def calendar_text(answer: JsonObject) -> str:
    """Return a calendar as text: a line for each property, under the days that they are about."""
    rows = cast("Sequence[JsonObject]", answer["items"])
    lines = [_counts(answer)]
    for days, members in groupby(rows, key=lambda row: (row["start_date"], row["end_date"])):
        lines += [days_text(*map(date.fromisoformat, days)), *map(_line, members)]
    rest = ("notes", "failed", "more", "next_cursor")
    return "\n".join([*lines, *(f"{name}: {_value(answer[name])}" for name in rest if name in answer)])


def _counts(answer: JsonObject) -> str:
    of = f" of {answer['total']}" if "total" in answer else ""
    return f"{answer['returned']}{of} rows" + (", cut to fit" if answer.get("truncated") else "")


def _line(row: JsonObject) -> str:
    parts = [f"{label}{_value(row[name])}" for name, label in _LABELS.items() if row.get(name)]
    parts += [_UNSOLD] if row.get("sold") is False else []
    # Amounts are numbers in full detail.
    currency = f" ({row['currency']})" if "currency" in row else ""
    title = in_quotes(row["property"]) if _ENDS.search(row["property"]) else quoted(row["property"])
    return f"{title}{currency}: {'. '.join(parts) or 'free, without prices'}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
