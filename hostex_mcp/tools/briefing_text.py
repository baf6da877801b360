"""The briefing of a day in the words of a host."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from hostex_mcp.domain.wording import day_text, quoted
from hostex_mcp.tools.results import Shown

Line = Callable[[Shown], str]

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
_STANDINGS: Mapping[str, str] = {"in_house": "in house", "past": "has left"}
_DUE: Mapping[str, str] = {"write": "write a review", "answer": "reply to the guest's review"}


def briefing_text(shown: Shown) -> str:
    """A briefing as text: a heading for each list with its number, a line for each row, ids in brackets."""
    more = shown.get("more", {})
    blocks = [_day(shown["date"])]
    for name, heading, line in _SECTIONS:
        rows = shown.get(name, ())
        left = more.get(name, 0)
        if rows or left:
            lines = [f"- {line(row)}" for row in rows]
            blocks.append("\n".join([f"{heading} ({len(rows) + left})", *lines, *_rest(len(rows), left)]))
    blocks += _nothing(shown, more)
    if unread := shown.get("failed"):
        lines = [f"- {_facts(row.get('message'), row.get('conversation_id'))}" for row in unread]
        blocks.append("\n".join(["Could not be read", *lines, *_rest(len(unread), more.get("failed", 0))]))
    blocks += ["\n".join(shown["notes"])] if shown.get("notes") else []
    return "\n\n".join(blocks)


def _nothing(shown: Shown, more: Mapping[str, int]) -> list[str]:
    empty = [
        heading.lower()
        for name, heading, _ in _SECTIONS
        if name in shown and not shown[name] and not more.get(name)
    ]
    return [f"None today: {', '.join(empty)}."] if empty else []


def _rest(shown: int, left: int) -> list[str]:
    if not left:
        return []
    return [f"- and {left} more" if shown else "- not shown here"]


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day:%A} {day_text(day).partition(' ')[2]}"


def _facts(*facts: object) -> str:
    return ", ".join(" ".join(f"{fact}".split()) for fact in facts if fact not in (None, ""))


def _who(row: Shown) -> str:
    return quoted(row.get("guest_name", ""))


def _where(row: Shown) -> str:
    ident = row.get("property_id")
    return _facts(f"{quoted(row.get('property', ''))}{f' [{ident}]' if ident else ''}")


def _code(row: Shown, *names: str) -> str:
    codes = [f"{row[name]}" for name in names if name in row]
    return f" [{', '.join(codes)}]" if codes else ""


def _date(text: str | None) -> str:
    return day_text(date.fromisoformat(text)) if text else ""


def _warning(row: Shown) -> str:
    about = _facts(_who(row), _where(row), _date(row.get("date")), row.get("detail"))
    return f"{_KINDS.get(row['kind'], row['kind'])}: {about}{_code(row, 'stay_code')}"


def _request(row: Shown) -> str:
    lapses, waits = row.get("lapses_in_hours"), row.get("waiting_hours")
    state = "waits for your answer" if row["waits_for"] == "host" else "waits for the guest's payment"
    when = f"lapses in {lapses:g} h" if lapses else f"for {waits:g} h" if waits else ""
    arrival = f"arriving {_date(row['check_in_date'])}"
    return (
        f"{_facts(_who(row), _where(row), arrival, state, when)}{_code(row, 'stay_code', 'reservation_code')}"
    )


def _waiting(row: Shown) -> str:
    standing = _STANDINGS.get(row.get("guest_is", ""), row.get("guest_is", ""))
    days = row.get("arrives_in_days")
    if days is not None:
        standing = "arriving today" if days == 0 else f"arriving in {days} day{'' if days == 1 else 's'}"
    hours = f"waiting {row['waiting_hours']:g} h" if "waiting_hours" in row else ""
    auto = {"assistant": "only the assistant answered", "template": "only a template was sent"}
    about = _facts(_who(row), standing, _where(row), hours, auto.get(row.get("auto_reply", "")))
    said = f": {row['says']}" if "says" in row else ""
    return f"{about}{said}"


def _movement(row: Shown) -> str:
    count = row.get("guests")
    party = f"{count} guest{'' if count == 1 else 's'}" if count else ""
    return f"{_facts(row.get('time'), _who(row), party, _where(row))}{_code(row, 'stay_code')}"


def _turnover(row: Shown) -> str:
    times = f"out {row.get('out_time', '?')}, in {row.get('in_time', '?')}"
    return _facts(_where(row), times, f"cleaning: {row['cleaning']}")


def _task(row: Shown) -> str:
    note = quoted(row.get("note", ""))
    where = _where(row) if "property" in row else ""
    about = _facts(row.get("time"), quoted(row.get("type", "")), where, quoted(row["staff_name"]), note)
    return f"{about} [{row['id']}]"


def _review(row: Shown) -> str:
    due = " and ".join(_DUE.get(one, one) for one in row["due"])
    score = f"guest gave {row['guest_score']:g} of 5" if "guest_score" in row else ""
    closes = f"until {_date(row['closes'])}" if "closes" in row else ""
    return f"{_facts(_where(row), due, closes, score)}{_code(row, 'reservation_code')}"


def _staying(row: Shown) -> str:
    leaves = f"until {_date(row['check_out_date'])}"
    return f"{_facts(_who(row), _where(row), leaves)}{_code(row, 'stay_code')}"


_SECTIONS: Sequence[tuple[str, str, Line]] = (
    ("warnings", "Needs you first", _warning),
    ("requests", "Booking requests", _request),
    ("waiting", "Guests waiting for an answer", _waiting),
    ("arrivals", "Arrivals", _movement),
    ("turnovers", "Same-day turnovers", _turnover),
    ("departures", "Departures", _movement),
    ("tasks", "Tasks", _task),
    ("reviews", "Reviews due", _review),
    ("in_house", "In house", _staying),
)
