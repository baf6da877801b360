"""What the project aims at, and whether the measurements reach it."""

import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from benchmarks.candidates import OAUTH, OURS
from benchmarks.deciding import ADDED
from benchmarks.measuring import Table

MOST, LEAST = "at most", "at least"
CORE, ALL = {"Toolset": "core"}, {"Toolset": "all"}
STAYS = {"Question": "20 reservations"}
COLD = {"Answer": "get_daily_briefing, cold", "Properties": "20"}
WARM = {"Answer": "get_daily_briefing, warm", "Properties": "20"}
STDIO, HTTP = {"Server": OURS}, {"Server": OAUTH}
CLICK = {"Step of a change": ADDED}
CALENDAR = {"View": "calendar"}
OTHER_VIEWS = ("day", "performance", "thread", "change")
BUSY = {"Protocol": "handshake", "Clients": "10", **HTTP}


@dataclass(frozen=True)
class Aim:
    """A bound on one cell of a table, or on its part `per` row of an answer."""

    what: str
    side: str
    bound: float
    table: str
    row: dict[str, str]
    column: str
    per: int = field(default=1, kw_only=True)

    def judged(self, tables: Sequence[Table]) -> tuple[str, ...]:
        value = _cell(tables, self) / self.per
        met = operator.le(value, self.bound) if self.side == MOST else operator.ge(value, self.bound)
        return (self.what, f"{self.side} {self.bound:,g}", f"{value:,g}", "yes" if met else "no")


AIMS = (
    Aim("Tools listed by default", MOST, 25, "tool-lists", CORE, "Tools"),
    Aim("Tokens of that list", MOST, 9_000, "tool-lists", CORE, "Tokens"),
    Aim("Tokens of its median tool", MOST, 300, "tool-lists", CORE, "Median tool"),
    Aim("Tokens of the median of all tools", MOST, 300, "tool-lists", ALL, "Median tool"),
    Aim("Tokens of the largest tool", MOST, 700, "tool-lists", ALL, "Largest tool"),
    Aim("Tokens of a reservation, text", MOST, 60, "results", STAYS, "Text", per=20),
    Aim("Tokens of a reservation, structured", MOST, 60, "results", STAYS, "Structured", per=20),
    Aim("Calls for the first briefing of 20 properties", MOST, 12, "briefing", COLD, "Calls to Hostex"),
    Aim("Calls for the next", MOST, 12, "briefing", WARM, "Calls to Hostex"),
    Aim("Seconds of the first", MOST, 2, "briefing", COLD, "Seconds"),
    Aim("Seconds of the next", MOST, 2, "briefing", WARM, "Seconds"),
    Aim("Tokens of the first", MOST, 1_500, "briefing", COLD, "Tokens"),
    Aim("Seconds to the first list over stdio", MOST, 1.5, "start-up", STDIO, "First tools/list, s"),
    Aim("Megabytes by the first answer over stdio", MOST, 80, "start-up", STDIO, "Memory, MB"),
    Aim("Milliseconds of a call over stdio, p50", MOST, 2, "round-trip", STDIO, "Call, p50 ms"),
    Aim("Milliseconds over HTTP with OAuth, 10 clients, p50", MOST, 5, "http", BUSY, "p50 ms"),
    Aim("The same, p95", MOST, 15, "http", BUSY, "p95 ms"),
    Aim("CPU milliseconds that a person's click adds to a change", MOST, 5, "deciding", CLICK, "CPU, ms"),
    Aim("Requests/s of one process with OAuth", LEAST, 200, "http", BUSY, "Requests/s"),
    Aim("Megabytes of that process at the end", MOST, 120, "memory-http", HTTP, "At the end, MB"),
    Aim(
        "Milliseconds until 100 properties by 60 days are on screen",
        MOST,
        100,
        "views",
        CALENDAR,
        "On screen, ms",
    ),
    *(
        Aim(f"The same of the view {name}", MOST, 100, "views", {"View": name}, "On screen, ms")
        for name in OTHER_VIEWS
    ),
    Aim(
        "Longest task while they are scrolled, ms", MOST, 50, "views", CALENDAR, "Longest task of a frame, ms"
    ),
)


def judged(tables: Sequence[Table], *, only: Collection[str] = ()) -> Table:
    """The aims beside what was measured; `only` those of some tables, where not all were."""
    return Table(
        "aims",
        ("Aim", "Bound", "Measured", "Met"),
        [aim.judged(tables) for aim in AIMS if not only or aim.table in only],
    )


def _cell(tables: Sequence[Table], aim: Aim) -> float:
    """The number that a cell begins with."""
    (table,) = (table for table in tables if table.name == aim.table)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    (row,) = (row for row in rows if aim.row.items() <= row.items())
    return float(row[aim.column].split()[0].replace(",", ""))
