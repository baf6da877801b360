"""All measurements in one go, each beside its baseline.
Run: python -m benchmarks.run [--quick] [--write PAGE]"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from benchmarks import aims, community, conversations, deciding, http, insights, sampled, stdio, tokens, views
from benchmarks.candidates import fastmcp_environment, setting
from benchmarks.measuring import FULL, QUICK, Scale, Table
from benchmarks.page import as_text, conditions, renew


def measured(scale: Scale, *, with_fastmcp: bool = True) -> Iterator[Table]:
    """The tables, as they are done."""
    with fastmcp_environment(wanted=with_fastmcp) as fastmcp, setting(fastmcp.python) as shared:
        yield conditions(fastmcp=fastmcp.version)
        yield stdio.startup(shared, scale)
        yield from stdio.calls(shared, scale)
        yield from http.rates(shared, scale)
        yield deciding.measured(scale)
        yield sampled.loading(scale)
        yield sampled.calling(shared, scale)
    yield tokens.lists()
    yield asyncio.run(tokens.answers())
    yield asyncio.run(conversations.measured())
    yield asyncio.run(insights.answers(scale.sizes, "get_daily_briefing"))
    yield asyncio.run(insights.calls(*(() if scale is FULL else ("get_daily_briefing",))))
    yield views.measured(scale)
    yield community.measured(scale)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Measure hostex-mcp.")
    parser.add_argument("--quick", action="store_true", help="see that all works; the numbers mean little")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="renew the tables of a page")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stopped)
    started = time.monotonic()
    tables: list[Table] = []
    for table in measured(QUICK if options.quick else FULL, with_fastmcp=not options.quick):
        print(as_text(table), flush=True)
        tables.append(table)
    tables.append(aims.judged(tables))
    print(as_text(tables[-1]))
    if options.write:
        renew(options.write, tables)
    print(f"\n{time.monotonic() - started:.0f} seconds", file=sys.stderr)


def _stopped(number: int, frame: FrameType | None) -> None:
    """End as at an interrupt, so that no server is left behind."""
    sys.exit(1)


if __name__ == "__main__":
    main()
