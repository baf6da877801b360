"""What most properties of a calendar have in common, and how a calendar in words is to be read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import quoted
from hostex_mcp.toolkit.results import JsonObject

KeyT = TypeVar("KeyT")

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

_FEW = 3
_HOW = (
    "Stays: check-in to check-out, first name (whole where two share it), channel, amount; all else are "
    "nights. Nights in no stay or block are free; gaps are free nights too few for the minimum stay, or for "
    "what is named. A day without a month is in the one before, first in the month of start_date. What has "
    "no dates holds on all other days. Full detail has whole names, exact amounts, codes and listings."
)
_BARE = "Amounts without a currency are rounded, in the one that their line names."
_WEEKDAYS = "N/M: M on {weekdays}."
_PERCENTS = "Prices are the first channel's, N% is of them; {percents} if no other is named."
_PERCENT = "N% is of the first prices."
_RULES = "If no other is named: {rules}."


@dataclass(frozen=True, slots=True)
class Usual:
    """What is said once for all properties: the days of the week with a price of their own, what channels ask
    in per cent of the first one, and the rules by their kind."""

    weekdays: str = ""
    percents: Mapping[str, float] = field(default_factory=dict[str, float])
    rules: Mapping[str, str] = field(default_factory=dict[str, str])


def usual(rows: Sequence[JsonObject], rules: Iterable[Mapping[str, str]]) -> Usual:
    """Return what most of the rows have; `rules` are those of each row that is sold, in words by kind."""
    percents: dict[str, Counter[float]] = defaultdict(Counter)
    weekdays: Counter[str] = Counter()
    for row in rows:
        for entry in row.get("prices", ()):
            for code in channels_of(entry) if "percent" in entry else ():
                percents[code][entry["percent"]] += 1
            weekdays.update(_second_weekdays(entry.get("runs", ())))
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    sold = list(rules)
    for texts in sold:
        for kind, text in texts.items():
            kinds[kind][text] += 1
    return Usual(
        _most(weekdays, weekdays.total()) or "",
        {code: most for code, counts in percents.items() if (most := _most(counts, counts.total()))},
        {kind: most for kind, counts in kinds.items() if (most := _most(counts, len(sold)))},
    )


def _second_weekdays(runs: Sequence[JsonObject]) -> Iterator[str]:
    """Return the days of the week of runs that stand beside another one of the same days."""
    for before, run in pairwise(runs):
        if "weekdays" in run and before.get("start_date") == run.get("start_date"):
            yield run["weekdays"]


def _most(counts: Counter[KeyT], of: int) -> KeyT | None:
    """Return what at least half have, and a few of them: else it takes more words to say once."""
    for value, count in counts.most_common(1):
        if count >= _FEW and count * 2 >= of:
            return value
    return None


def legend(rows: Sequence[JsonObject], common: Usual) -> list[str]:
    """Say how rows in words are to be read, what most of them have, and what the letters of the channels in
    them mean."""
    codes = {code for row in rows for code in _codes(row)}
    named = [f"{letter} {channel_name(code)}" for code, letter in LETTERS.items() if code in codes]
    compared = any("percent" in entry for row in rows for entry in row.get("prices", ()))
    percents = ", ".join(f"{channel(code)} {percent}%" for code, percent in common.percents.items())
    bare = any("amount" in stay for row in rows for stay in row.get("stays", ()))
    parts = (
        _HOW,
        _BARE if bare else "",
        _WEEKDAYS.format(weekdays=common.weekdays) if common.weekdays else "",
        _PERCENTS.format(percents=percents) if percents else _PERCENT if compared else "",
        _RULES.format(rules="; ".join(common.rules.values())) if common.rules else "",
        f"{', '.join(named)}." if named else "",
    )
    return [" ".join(filter(None, parts))]


def channels_of(entry: JsonObject) -> Iterator[str]:
    """Return the channels of the listings of prices, each as often as it has one."""
    return (name.split(" ")[0] for name in entry["listings"])


def channel(code: str) -> str:
    """Return a channel in a line: a letter, or its code."""
    return LETTERS.get(code) or quoted(one_line(code))


def channels(codes: Iterable[str]) -> str:
    """Return channels in a line: letters, codes apart from them."""
    names = dict.fromkeys(map(channel, codes))
    return ("" if all(len(name) == 1 for name in names) else "+").join(names)


def _codes(row: JsonObject) -> Iterator[str]:
    yield from (stay.get("channel_type", "") for stay in row.get("stays", ()))
    yield from (code for entry in row.get("prices", ()) for code in channels_of(entry))
    yield from (code for entry in row.get("rules", ()) for code in entry["channels"])
    listings = (entry.get("listing", "") for kind in ("units", "conflicts") for entry in row.get(kind, ()))
    yield from (name.split(" ")[0] for name in listings)
