"""The community's Hostex server keithah/hostex-mcp, where its source can be fetched: start-up and tool list.
It knows only Hostex's own address, so no call of it can be answered by the simulation, and none is made."""

import json
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.candidates import Candidate
from benchmarks.measuring import Scale, Table, median, spread
from benchmarks.stdio import session
from benchmarks.tokens import cost

SOURCE = "https://github.com/keithah/hostex-mcp"
COMMIT = "5ed7e1829f432cfd310f39c09c60782195e8aab3"
BUNDLE = ".smithery/stdio/index.cjs"
COLUMNS = ("Server", "First tools/list, s", "Memory, MB", "Tools", "Tokens")


def measured(scale: Scale) -> Table:
    """Its start-up and list, or why they could not be measured."""
    try:
        with checkout() as folder:
            one = Candidate("keithah/hostex-mcp", ("node", f"{folder / BUNDLE}", "accessToken=benchmark"))
            return Table("community", COLUMNS, [_row(one, scale)])
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return Table("community", COLUMNS, [("keithah/hostex-mcp", *4 * ("",))], f"Not measured: {error}.")


@contextmanager
def checkout() -> Generator[Path]:
    """Its source as of one commit, with the bundle that it was released with."""
    if not shutil.which("node"):
        raise RuntimeError("there is no Node here")
    with TemporaryDirectory() as folder:
        git = ["git", "-C", folder]
        subprocess.run([*git, "init", "--quiet"], check=True)
        fetch = [*git, "fetch", "--quiet", "--depth", "1", SOURCE, COMMIT]
        fetched = subprocess.run(fetch, check=False, timeout=60, capture_output=True)
        if fetched.returncode:
            raise RuntimeError(f"its source could not be fetched from {SOURCE}")
        subprocess.run([*git, "checkout", "--quiet", "FETCH_HEAD"], check=True)
        yield Path(folder)


def _row(one: Candidate, scale: Scale) -> tuple[str, ...]:
    seconds: list[float] = []
    sizes: list[float] = []
    tools: list[object] = []
    for _ in range(scale.starts):
        started = time.perf_counter()
        with session(one) as opened:
            answer = opened.ask("tools/list", {})
            seconds.append(time.perf_counter() - started)
            sizes.append(opened.server.megabytes)
            tools = json.loads(answer)["result"]["tools"]
    return (one.name, spread(seconds, 2), median(sizes, 0), f"{len(tools)}", f"{sum(map(cost, tools)):,}")
