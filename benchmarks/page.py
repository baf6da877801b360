"""Tables as text for a terminal and as Markdown between the markers of a page."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measuring import Table

PACKAGES = ("mcp", "pydantic", "httpx2", "starlette", "uvicorn", "anyio")


def as_text(table: Table) -> str:
    widths = [max(map(len, column)) for column in zip(table.columns, *table.rows, strict=True)]
    lines = [f"\n{table.name}: {table.note}".rstrip(": ")]
    for row in (table.columns, *table.rows):
        first, *rest = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join([first, *(cell.strip().rjust(len(cell)) for cell in rest)]))
    return "\n".join(lines)


def as_markdown(table: Table) -> str:
    align = ["---", *("---:" for _ in table.columns[1:])]
    lines = [" | ".join(row) for row in (table.columns, align, *table.rows)]
    text = "\n".join(f"| {line} |" for line in lines)
    return f"{text}\n\n{table.note}".rstrip()


def renew(page: Path, tables: Sequence[Table]) -> None:
    """Put each table between its markers, which have to be there."""
    text = page.read_text(encoding="utf-8")
    for table in tables:
        start, end = markers(table.name)
        before, opened, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not (opened and closed):
            raise ValueError(f"{page} has no place for {table.name}")
        text = f"{before}{start}\n\n{as_markdown(table)}\n\n{end}{after}"
    page.write_text(text, encoding="utf-8")


def markers(name: str) -> tuple[str, str]:
    return f"<!-- measured: {name} -->", f"<!-- end: {name} -->"


def conditions(**more: str) -> Table:
    """When and on what was measured; nothing that tells one machine from another of its kind."""
    facts = {
        "Measured": datetime.now(UTC).date().isoformat(),
        "hostex-mcp": version("hostex-mcp"),
        "Python": platform.python_version(),
        "Packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "Processor": f"{_processor()}, {os.cpu_count()} cores",
        "System": f"{platform.system()} {platform.machine()}",
        "Load at the start": f"{os.getloadavg()[0]:.1f} on average over a minute",
        **more,
    }
    return Table("conditions", ("What", "Which"), list(facts.items()))


def _processor() -> str:
    models = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    return models[0] if models else platform.machine()
