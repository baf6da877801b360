"""The briefing of a day as text: what several lists say about the same stay is said once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from hostex_mcp.domain.wording import day_text, quoted
from hostex_mcp.toolkit.results import JsonObject

_KINDS: Mapping[str, str] = {
    "request_expiring": "Request about to lapse",
    "overlapping_stays": "Double booking",
    "unallocated_stay": "Stay without a property",
    "turnover_without_cleaning": "No cleaning before the next guest",
    "turnover_without_time": "No time to clean before the next guest",
    "turnover_without_cleaner": "Nobody assigned to the cleaning",
    "arrival_without_lock_code": "No door code set",
    "balance_due": "Balance to collect",
    "channel_disconnected": "Channel disconnected",
}
_GUESTS: Mapping[str, str] = {"in_house": "In house", "past": "Has left"}
_CLEANING: Mapping[str, str] = {"in_progress": "cleaning in progress", "no task": "no cleaning"}
_SIDES: Mapping[str, str] = {"departures": "leaves", "arrivals": "comes"}
_ABSENT = ("Not shown here", "None today")
_PLACE = {"kind", "property", "property_id"}
# Within ten months a date is clear without its year.
_NEAR = timedelta(days=300)
_AUTO: Mapping[str, str] = {"assistant": "assistant only", "template": "template only"}
_DUE: Mapping[str, str] = {"write": "write a review", "answer": "reply to the guest's review"}


@dataclass(frozen=True, slots=True)
class _Section:
    """A list of the day. Consecutive rows with the same `head` stand under it, `short` ones on its line."""

    name: str
    heading: str
    line: Callable[[JsonObject, date], str]
    head: Callable[[JsonObject], str] = lambda row: ""
    short: Callable[[JsonObject], bool] = lambda row: False


_Lists = dict[str, list[dict[str, Any]]]


def briefing_text(data: JsonObject) -> str:
    """Return a briefing as text: a heading for each list with its number, a line for each row, ids in
    brackets."""
    today = date.fromisoformat(data["date"])
    lists, above = _joined(data)
    more = data.get("more", {})
    blocks = [f"{today:%A} {day_text(today).partition(' ')[2]}"]
    for section in _SECTIONS:
        missing = more.get(section.name, 0)
        blocks += _block(section, lists[section.name], missing, above[section.name], today)
    blocks += _not_here(data)
    if failures := data.get("failed"):
        lines = [f"- {_facts(row.get('message'), row.get('conversation_id'))}" for row in failures]
        blocks.append("\n".join(["Could not be read", *lines, *_rest(more.get("failed", 0))]))
    blocks += ["\n".join(data["notes"])] if data.get("notes") else []
    return "\n\n".join(blocks)


def _joined(data: JsonObject) -> tuple[_Lists, Counter[str]]:
    """Return the lists with each request about to lapse moved to its warning, and the one guest who leaves
    and the one who comes moved to their turnover; and how many rows of each list were moved."""
    lists: _Lists = {section.name: [dict(row) for row in data.get(section.name, ())] for section in _SECTIONS}
    before = Counter({name: len(rows) for name, rows in lists.items()})
    for turnover in lists["turnovers"]:
        _join_turnover(turnover, lists)
    for warning in lists["warnings"]:
        _join_warning(warning, lists)
    return lists, before - Counter({name: len(rows) for name, rows in lists.items()})


def _join_turnover(turnover: dict[str, Any], lists: _Lists) -> None:
    guests = {name: [row for row in lists[name] if _place(row) == _place(turnover)] for name in _SIDES}
    # Of several guests none can be told to be the one, so they stay in their own lists.
    if any(len(rows) != 1 for rows in guests.values()):
        return
    for name, side in _SIDES.items():
        turnover[side] = guests[name][0]
        lists[name].remove(guests[name][0])


def _join_warning(warning: dict[str, Any], lists: _Lists) -> None:
    if warning["kind"] == "request_expiring":
        guest = (*_place(warning), warning.get("guest_name"))
        requests = [row for row in lists["requests"] if (*_place(row), row.get("guest_name")) == guest]
        if len(requests) == 1:
            warning.update(requests[0])
            lists["requests"].remove(requests[0])
    elif any(
        _place(row) == _place(warning) and _times(row) == warning.get("detail") for row in lists["turnovers"]
    ):
        # The turnover itself says when one leaves and the other comes.
        del warning["detail"]


def _place(row: JsonObject) -> tuple[object, object]:
    return row.get("property"), row.get("property_id")


def _times(turnover: JsonObject) -> str:
    return f"out {turnover.get('out_time', '?')}, in {turnover.get('in_time', '?')}"


def _block(section: _Section, rows: Sequence[JsonObject], missing: int, above: int, today: date) -> list[str]:
    """Return a list under its heading, nothing where it is empty."""
    count = len(rows) + missing + above
    if count == missing:
        return []
    where = f", {'all' if above == count else above} above" if above else ""
    lines = [f"{section.heading} ({count}{where})", *_lines(section, rows, today)]
    return ["\n".join([*lines, *_rest(missing)])]


def _lines(section: _Section, rows: Sequence[JsonObject], today: date) -> list[str]:
    """Return the rows, with what they have in common said once."""
    lines: list[str] = []
    for (head, short), group in groupby(rows, key=lambda row: (section.head(row), section.short(row))):
        texts = [section.line(row, today) for row in group]
        if short or len(texts) == 1:
            lines.append(f"- {head}{': ' if head else ''}{'; '.join(texts)}")
        elif head:
            lines += [f"- {head}", *(f"  - {text}" for text in texts)]
        else:
            lines += [f"- {text}" for text in texts]
    return lines


def _not_here(data: JsonObject) -> list[str]:
    """Return the lists of which no row is here: those that did not fit, with their number, and the empty
    ones."""
    more = data.get("more", {})
    absent = {
        section.name: section.heading.partition(",")[0].lower()
        for section in _SECTIONS
        if not data.get(section.name)
    }
    unlisted = [f"{heading} ({more[name]})" for name, heading in absent.items() if more.get(name)]
    empty = [heading for name, heading in absent.items() if name in data and not more.get(name)]
    lines = [
        f"{what}: {', '.join(names)}."
        for what, names in zip(_ABSENT, (unlisted, empty), strict=True)
        if names
    ]
    return ["\n".join(lines)] if lines else []


def _rest(missing: int) -> list[str]:
    return [f"- and {missing} more"] if missing else []


def _facts(*facts: object) -> str:
    # A line break in a name would look like a line of the briefing.
    return ", ".join(" ".join(f"{fact}".split()) for fact in facts if fact not in (None, ""))


def _who(row: JsonObject) -> str:
    return quoted(row.get("guest_name", ""))


def _where(row: JsonObject) -> str:
    ident = row.get("property_id")
    return _facts(f"{quoted(row.get('property', ''))}{f' [{ident}]' if ident else ''}")


def _code(row: JsonObject, *names: str) -> str:
    codes = [f"{row[name]}" for name in names if name in row]
    return f" [{', '.join(codes)}]" if codes else ""


def _date(text: str | None, today: date) -> str:
    """Return a day, with its year where there could be a doubt about it."""
    if not text:
        return ""
    day = date.fromisoformat(text)
    near = abs(day - today) < _NEAR
    return day_text(day).removesuffix(f" {day.year}") if near else day_text(day)


def _kind(row: JsonObject) -> str:
    return _KINDS.get(row["kind"], row["kind"])


def _warning(row: JsonObject, today: date) -> str:
    if "waits_for" in row:
        return _request(row, today)
    facts = _facts(_who(row), _where(row), _date(row.get("date"), today), row.get("detail"))
    return f"{facts}{_code(row, 'stay_code')}"


def _waits_for(row: JsonObject) -> str:
    return "Waits for your answer" if row["waits_for"] == "host" else "Waits for the guest's payment"


def _request(row: JsonObject, today: date) -> str:
    lapses, waits = row.get("lapses_in_hours"), row.get("waiting_hours")
    when = f"lapses in {lapses:g} h" if lapses else f"for {waits:g} h" if waits else ""
    arrival = f"arriving {_date(row['check_in_date'], today)}"
    return f"{_facts(_who(row), _where(row), arrival, when)}{_code(row, 'stay_code', 'reservation_code')}"


def _standing(row: JsonObject) -> str:
    days = row.get("arrives_in_days")
    if days is None:
        standing = row.get("guest_is", "")
        return _GUESTS.get(standing, standing.capitalize())
    return "Arriving today" if days == 0 else f"Arriving in {days} day{'' if days == 1 else 's'}"


def _waiting(row: JsonObject, today: date) -> str:
    hours = row.get("waiting_hours")
    waits = "" if hours is None else f"{hours:g} h" if hours else "less than 1 h"
    facts = _facts(_who(row), _where(row), waits, _AUTO.get(row.get("auto_reply", "")))
    return f"{facts}: {row['says']}" if "says" in row else facts


def _party(row: JsonObject) -> str:
    count = row.get("guests")
    return f"{count} guest{'' if count == 1 else 's'}" if count else ""


def _at(time: str | None, row: JsonObject) -> str:
    return f"{time or '?'} {_who(row)}".strip()


def _movement(row: JsonObject, today: date) -> str:
    return f"{_facts(_at(row.get('time'), row), _party(row), _where(row))}{_code(row, 'stay_code')}"


def _turnover(row: JsonObject, today: date) -> str:
    leaves, comes = row.get("leaves", {}), row.get("comes", {})
    out = f"{_at(row.get('out_time'), leaves)}{_code(leaves, 'stay_code')}"
    into = f"{_facts(_at(row.get('in_time'), comes), _party(comes))}{_code(comes, 'stay_code')}"
    status, _, who = row["cleaning"].partition(", ")
    return f"{_where(row)}: {out} → {into}; {_facts(_CLEANING.get(status, f'cleaning {status}'), who)}"


def _task(row: JsonObject, today: date) -> str:
    note = quoted(row.get("note", ""))
    where = _where(row) if "property" in row else ""
    facts = _facts(row.get("time"), quoted(row.get("type", "")), where, quoted(row["staff_name"]), note)
    return f"{facts} [{row['id']}]"


def _review(row: JsonObject, today: date) -> str:
    due = " and ".join(_DUE.get(what, what) for what in row["due"])
    score = f"guest gave {row['guest_score']:g} of 5" if "guest_score" in row else ""
    closes = f"until {_date(row['closes'], today)}" if "closes" in row else ""
    return f"{_facts(_where(row), due, closes, score)}{_code(row, 'reservation_code')}"


def _staying(row: JsonObject, today: date) -> str:
    leaves = f"until {_date(row['check_out_date'], today)}"
    return f"{_facts(_who(row), _where(row), leaves)}{_code(row, 'stay_code')}"


_SECTIONS: Sequence[_Section] = (
    _Section("warnings", "Needs you first", _warning, _kind, lambda row: not {*row} - _PLACE),
    _Section("requests", "Booking requests", _request, _waits_for),
    _Section("waiting", "Guests waiting for an answer", _waiting, _standing, lambda row: "says" not in row),
    _Section("turnovers", "Same-day turnovers, out → in", _turnover),
    _Section("arrivals", "Arrivals", _movement),
    _Section("departures", "Departures", _movement),
    _Section("tasks", "Tasks", _task),
    _Section("reviews", "Reviews due", _review),
    _Section("in_house", "In house", _staying),
)
