"""A calendar of several properties in as few words as can be: a line for each property."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any, cast

from hostex_mcp.domain.names import fold
from hostex_mcp.domain.wording import MONTHS, days_text, in_quotes, money, quoted
from hostex_mcp.toolkit.results import JsonObject, lean
from hostex_mcp.tools.calendar._grid_usual import LETTERS, Usual, channel, channels, channels_of, usual

_PENDING: Mapping[str, str] = {"wait_accept": "requested", "wait_pay": "unpaid"}
_CONFLICTS: Mapping[str, str] = {
    "double_booking": "double booking",
    "open_on_channel": "open on {}",
    "closed_on_channel": "closed on {}",
}
_LABELS: Mapping[str, str] = {
    "stays": "",
    "blocks": "blocked ",
    "not_known": "not known ",
    "prices": "",
    "rules": "",
    "units": "units ",
    "gaps": "gaps ",
    "conflicts": "conflicts ",
}
_UNSOLD = "no channel"
_NO_RULE: Mapping[str, str] = {
    "min_stay": "no min",
    "closed_on_arrival": "arrival any day",
    "closed_on_departure": "departure any day",
}
_TITLES = {"mrs", "miss", "herr", "frau", "the", "señor", "señora", "monsieur", "madame", "prof"}
_SHORTEST = 3
_FAR = 180
# Digits look like days and amounts, and the parts of a line end with a full stop; so does an initial, which
# stands before one last name.
_ENDS = re.compile(r"(?<!\b\w)\.(?:\s|$)|(?<=\b\w)\.(?=\s+\S+\s)")
_LIKE_OURS = re.compile(rf"\d|{_ENDS.pattern}")
_WORD = re.compile(r"\w+\b(?!\.)")
# Such words of a name would seem to be the channel of a stay, its state, or what else a line tells.
_OUR_WORDS = {
    *(letter.lower() for letter in LETTERS.values()),
    *" ".join((*_PENDING.values(), *_LABELS.values(), _UNSOLD)).split(),
    *("free", "open", "closed", "double", "booking", "min", "cancelled", "denied", "timeout"),
}


class _Dates:
    """Writes days one after another: a month holds until another one is named, at first that of the row, and
    a year is named only where it could be mistaken."""

    def __init__(self, row: JsonObject, month: str | None = None) -> None:
        self._start = date.fromisoformat(row["start_date"])
        self._month = row["start_date"][:7] if month is None else month

    def day(self, text: str) -> str:
        """Write a day: `Nov24`, `24`, `Mar5 2026`."""
        day, before = date.fromisoformat(text), self._month
        self._month = text[:7]
        month = "" if self._month == before else MONTHS[day.month - 1]
        far = abs((day - self._start).days) > _FAR
        return f"{month}{day.day}{f' {day.year}' if far else ''}"

    def span(self, first: str, last: str) -> str:
        """Write several days, or one."""
        return self.day(first) if first == last else f"{self.day(first)}-{self.day(last)}"

    def of(self, run: JsonObject) -> str:
        """Write the days of a run, nothing for all days of the row."""
        return self.span(run["start_date"], run["end_date"]) if "start_date" in run else ""


def usual_of(rows: Sequence[JsonObject]) -> Usual:
    """Return what most of the rows have in common."""
    return usual(rows, [_rule_texts(row) for row in rows if row.get("sold") is not False])


def brief_row(common: Usual, row: JsonObject) -> JsonObject:
    """Return a property with its runs in words, without what is usual."""
    head = {name: row[name] for name in ("property_id", "property", "start_date", "end_date")}
    words = {
        "stays": _stays(row),
        "blocks": _listed(row, "blocks", _block),
        "not_known": _listed(row, "not_known", _unknown),
        "prices": _prices(row, common),
        "rules": _rules(row, common),
        "units": ", ".join(map(_units, row.get("units", ()))),
        "gaps": _gaps(row),
        "conflicts": _listed(row, "conflicts", _conflict),
        "sold": row.get("sold"),
    }
    return {**head, **lean(words)}


def _listed(row: JsonObject, name: str, write: Callable[[JsonObject, _Dates], str]) -> str:
    """Write the things of one kind, one after another."""
    dates = _Dates(row)
    return ";".join(write(thing, dates) for thing in row.get(name, ()))


def _stays(row: JsonObject) -> str:
    """Write the stays. An amount needs no currency that its line names before."""
    stays, currency = row.get("stays", ()), row.get("currency", "")
    firsts = Counter(_first_name(name) for name in {stay["guest_name"] for stay in stays})
    named, dates, texts = "prices" in row, _Dates(row), list[str]()
    for stay in stays:
        own = stay.get("currency", currency)
        first = _first_name(stay["guest_name"])
        parts = (
            dates.span(stay["check_in_date"], stay["check_out_date"]),
            _name(first if firsts[first] == 1 else stay["guest_name"]),
            _sold_for(stay, "" if named and own == currency else own),
            _PENDING.get(stay.get("status", ""), stay.get("status", "")),
        )
        texts.append(" ".join(filter(None, parts)))
        named = named or ("amount" in stay and own == currency)
    return ";".join(texts)


def _first_name(name: str) -> str:
    """Return the first name of a guest who has more, else the name."""
    first, *others = name.split() or [""]
    plain = len(first) >= _SHORTEST and first.isalpha() and first.lower() not in _TITLES
    return first if others and plain else name


def _sold_for(stay: JsonObject, currency: str) -> str:
    """Write channel and amount: `A614`, `A ¥8400`."""
    code = channel(stay["channel_type"]) if stay.get("channel_type") else ""
    if "amount" not in stay:
        return code
    if currency:
        return f"{code} {_money(stay['amount'], currency)}".lstrip()
    amount = Decimal(f"{stay['amount']:.15g}").quantize(Decimal(1), ROUND_HALF_UP)
    return f"{code}{'' if code in LETTERS.values() else ' '}{amount:f}".lstrip()


def _block(block: JsonObject, dates: _Dates) -> str:
    remarks = block.get("remarks", "")
    return " ".join(filter(None, (dates.of(block), in_quotes(remarks) if remarks else "")))


def _unknown(run: JsonObject, dates: _Dates) -> str:
    return dates.of(run) or "all"


def _gaps(row: JsonObject) -> str:
    """Write nights that cannot be sold, those next to each other in the list by the same rule together. The
    minimum stay that a line names is not repeated."""
    least = [run for entry in row.get("rules", ()) for run in entry["runs"] if "min_stay" in run]
    known = f"minimum stay {least[0]['min_stay']}" if len(least) == 1 else ""
    dates, texts = _Dates(row), list[str]()
    for problem, members in groupby(row.get("gaps", ()), key=lambda gap: gap["problem"]):
        nights = ", ".join(dates.of(gap) for gap in members)
        why = f" ({problem.replace('minimum stay ', 'min')})" if problem != known else ""
        texts.append(f"{nights}{why}")
    return "; ".join(texts)


def _conflict(conflict: JsonObject, dates: _Dates) -> str:
    kind = _CONFLICTS[conflict["kind"]]
    named = kind.format(channel(conflict.get("listing", "").split(" ")[0]))
    more = f" and {conflict['more']} more" if "more" in conflict else ""
    return f"{dates.of(conflict)} {named}{more}"


def _prices(row: JsonObject, common: Usual) -> str:
    """Write the prices that stand for the property, then those of other listings. Channels whose prices are
    the usual percentage of the first ones are only named."""
    if not row.get("prices"):
        return ""
    first, *others = row["prices"]
    counts = Counter(code for entry in row["prices"] for code in set(channels_of(entry)))
    named, texts = list(dict.fromkeys(channels_of(first))), list[str]()
    # What is usual for a channel would seem to hold for it.
    texts += [f"{channel(code)} 100%" for code in named[1:] if code in common.percents]
    for entry in others:
        codes = list(dict.fromkeys(channels_of(entry)))
        folded = [code for code in codes if counts[code] == 1 and _is_usual(entry, common, code)]
        named += folded
        if told := [code for code in codes if code not in folded]:
            texts.append(f"{channels(told)} {_asked(entry, row, common)}")
    whose = f"{channels(named)} " if len(row["prices"]) > 1 or common.percents else ""
    return "; ".join([f"{whose}{_asked(first, row, common)}", *texts])


def _is_usual(entry: JsonObject, common: Usual, code: str) -> bool:
    return "percent" in entry and common.percents.get(code) == entry["percent"]


def _asked(entry: JsonObject, row: JsonObject, common: Usual) -> str:
    if "percent" in entry:
        return f"{entry['percent']}%"
    currency = entry.get("currency", row.get("currency", ""))

    def week(runs: Sequence[JsonObject]) -> str:
        prices = [_money(run["price"], currency) for run in runs]
        if len(runs) == 2 and runs[1].get("weekdays") == common.weekdays:
            return f"{prices[0]}/{_money(runs[1]['price'], '')}"
        return _week(runs, prices)

    return _runs(entry["runs"], row, week)


def _money(amount: float, currency: str) -> str:
    """Write an amount; a thousand without its comma, which costs a model as much as the digits."""
    return money(amount, currency).replace(",", "")


def _rules(row: JsonObject, common: Usual) -> str:
    """Write minimum stays and closed days, as far as they are not the usual ones."""
    texts = _rule_texts(row)
    if row.get("sold") is False:
        return "; ".join(texts.values())
    kinds = [kind for kind in _NO_RULE if texts.get(kind) != common.rules.get(kind)]
    return "; ".join(texts.get(kind, _NO_RULE[kind]) for kind in kinds)


def _rule_texts(row: JsonObject) -> dict[str, str]:
    """Return minimum stays and closed days by their kind; which channel has them only where not all with
    rules do."""
    entries = row.get("rules", ())
    every = {code for entry in entries for code in entry["channels"]}
    texts: dict[str, list[str]] = {}
    for entry in entries:
        whose = f"{channels(entry['channels'])} " if len(set(entry["channels"])) < len(every) else ""
        kind = next(kind for kind in _NO_RULE if kind in entry["runs"][0])
        told = _runs(entry["runs"], row, lambda runs: _week(runs, list(map(_rule, runs))))
        texts.setdefault(kind, []).append(f"{whose}{told}")
    return {kind: "; ".join(several) for kind, several in texts.items()}


def _rule(run: JsonObject) -> str:
    if "min_stay" in run:
        return f"min{run['min_stay']}"
    return "no arrival" if "closed_on_arrival" in run else "no departure"


def _units(entry: JsonObject) -> str:
    return f"{channel(entry['listing'].split(' ')[0])} up to {max(run['units'] for run in entry['runs'])}"


def _runs(runs: Sequence[JsonObject], row: JsonObject, write: Callable[[Sequence[JsonObject]], str]) -> str:
    """Write runs of values, those of the same days by `write`. Those of most days come first, and then hold
    wherever no dates are named."""
    periods = [
        (days, write(list(members))) for days, members in groupby(runs, key=lambda run: _days(run, row))
    ]
    counts: Counter[str] = Counter()
    for days, text in periods:
        counts[text] += _count(days)
    most, dates = "", _Dates(row, month="")
    # Where nothing is known of some days, what has no dates would seem to hold there too.
    if counts.total() == _count((row["start_date"], row["end_date"])):
        most = counts.most_common(1)[0][0]
    others = [f"{dates.span(*days)} {text}" for days, text in periods if text != most]
    return ", ".join(filter(None, (most, *others)))


def _week(runs: Sequence[JsonObject], texts: Sequence[str]) -> str:
    """Write the values of some days, the days of the week only of the second and further ones."""
    others = zip(runs[1:], texts[1:], strict=True)
    return ", ".join([texts[0], *(f"{run['weekdays']} {text}" for run, text in others)])


def _days(run: JsonObject, row: JsonObject) -> tuple[str, str]:
    return run.get("start_date", row["start_date"]), run.get("end_date", row["end_date"])


def _count(days: tuple[str, str]) -> int:
    first, last = map(date.fromisoformat, days)
    return (last - first).days + 1


def _name(name: str) -> str:
    """Return a guest's name, in quotes where its end would not be clear."""
    ours = _LIKE_OURS.search(name) or not _OUR_WORDS.isdisjoint(_WORD.findall(fold(name)))
    return in_quotes(name) if ours else quoted(name)


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
