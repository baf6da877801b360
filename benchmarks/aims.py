"""What the project aims at, and whether the measurements reach it."""

import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from benchmarks.candidates import OAUTH, OURS, STRUCTURED
from benchmarks.deciding import ADDED
from benchmarks.insights import MOST_CALLS
from benchmarks.measuring import Table

MOST, LEAST = "at most", "at least"
CORE, ALL = {"Toolset": "core"}, {"Toolset": "all"}
STAYS = {"Question": "20 reservations"}
COLD = {"Answer": "get_daily_briefing, cold", "Properties": "20"}
WARM = {"Answer": "get_daily_briefing, warm", "Properties": "20"}
TALKS = {"Asked": "All, tool lists included"}
STDIO, HTTP = {"Server": OURS}, {"Server": OAUTH}
CLICK = {"Step of a change": ADDED}
ANY = {"Answer": MOST_CALLS}
CALENDAR = {"View": "calendar"}
BARE = {"Server": STRUCTURED}
OTHER_VIEWS = ("day", "performance", "thread", "change")
BUSY = {"Protocol": "handshake", "Clients": "10", **HTTP}


@dataclass(frozen=True)
class Aim:
    """A bound on one cell of a table, or on its part `per` row of an answer, or on its share of the cell of
    another row, measured in the same run."""

    what: str
    side: str
    bound: float
    table: str
    row: dict[str, str]
    column: str
    per: int = field(default=1, kw_only=True)
    share_of: dict[str, str] | None = field(default=None, kw_only=True)

    def judged(self, tables: Sequence[Table]) -> tuple[str, ...]:
        value, bound = self._value(tables), f"{self.side} {self._spelled(self.bound)}"
        if value is None:
            return (self.what, bound, "not measured", "")
        met = operator.le(value, self.bound) if self.side == MOST else operator.ge(value, self.bound)
        return (self.what, bound, self._spelled(value), "yes" if met else "no")

    def _value(self, tables: Sequence[Table]) -> float | None:
        value = _cell(tables, self.table, self.row, self.column)
        whole = _cell(tables, self.table, self.share_of, self.column) if self.share_of else self.per
        return value / whole if value is not None and whole else None

    def _spelled(self, value: float) -> str:
        return f"{value:.0%}" if self.share_of else f"{value:,g}"


AIMS = (
    Aim("Tools listed by default", MOST, 25, "tool-lists", CORE, "Tools"),
    Aim("Tokens of that list", MOST, 9_000, "tool-lists", CORE, "Tokens"),
    Aim("Tokens of its median tool", MOST, 300, "tool-lists", CORE, "Median tool"),
    Aim("Tokens of the median of all tools", MOST, 300, "tool-lists", ALL, "Median tool"),
    Aim("Tokens of the largest tool", MOST, 700, "tool-lists", ALL, "Largest tool"),
    Aim("Tokens of a reservation, text", MOST, 60, "results", STAYS, "Text", per=20),
    Aim("Tokens of a reservation, structured", MOST, 60, "results", STAYS, "Structured", per=20),
    Aim("Tokens of 20 reservations, text", MOST, 1_200, "results", STAYS, "Text"),
    Aim("Percent of the calls of one tool per operation", MOST, 70, "conversations", TALKS, "Calls, %"),
    Aim("Percent of their tokens", MOST, 20, "conversations", TALKS, "Tokens, %"),
    Aim("Calls for the first briefing of 20 properties", MOST, 20, "briefing", COLD, "Calls to Hostex"),
    Aim("Calls for the next, once all threads are known", MOST, 12, "briefing", WARM, "Calls to Hostex"),
    Aim("Calls for any answer about 300 properties", MOST, 80, "calls", ANY, "300 properties, first"),
    Aim("Seconds of the first briefing of 20 properties", MOST, 1.2, "briefing", COLD, "Seconds"),
    Aim("Seconds of the next", MOST, 2, "briefing", WARM, "Seconds"),
    Aim("Tokens of the first", MOST, 1_500, "briefing", COLD, "Tokens"),
    Aim("Tokens of 20 reservations with amounts, text", MOST, 1_200, "results", STAYS, "Text"),
    Aim("Calls for that briefing, reading once for all", MOST, 20, "briefing", COLD, "Calls to Hostex"),
    Aim("Its seconds, reading once for all", MOST, 1.2, "briefing", COLD, "Seconds"),
    Aim(
        "Time to the first list over stdio, of the bare server's",
        MOST,
        0.75,
        "start-up",
        STDIO,
        "First tools/list, s",
        share_of=BARE,
    ),
    Aim(
        "Time to the first answer, of the bare server's",
        MOST,
        1,
        "start-up",
        STDIO,
        "First answer, s",
        share_of=BARE,
    ),
    Aim(
        "CPU of a call over HTTP with OAuth, of the bare structured server's",
        MOST,
        round(1.8 / 2.1, 3),
        "http",
        BUSY,
        "CPU ms",
        share_of={**BUSY, **BARE},
    ),
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


def _cell(tables: Sequence[Table], name: str, wanted: dict[str, str], column: str) -> float | None:
    """The number that a cell begins with; None where it was not measured."""
    rows = [
        dict(zip(table.columns, row, strict=True))
        for table in tables
        if table.name == name
        for row in table.rows
    ]
    cells = [row.get(column, "").split() for row in rows if wanted.items() <= row.items()]
    return float(cells[0][0].replace(",", "")) if cells and cells[0] else None
