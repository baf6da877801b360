"""Where the processor time of hostex-mcp goes: of loading it, by package, and of a call over stdio, by part.

Run as a program, it is the server over stdio with a sampler, which begins at a signal and writes a file."""

import atexit
import json
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from benchmarks.candidates import Candidate, Setting
from benchmarks.measuring import ROOT, Scale, Table
from benchmarks.stdio import session

EVERY_SECONDS = 0.002
# The first that a file on the way out from where the processor is belongs to says whose time it is.
PARTS = {
    "screening: privacy, guests' text": ("hostex_mcp/toolkit/privacy", "hostex_mcp/domain/guest_text"),
    "rendering and bounding the answer": ("hostex_mcp/server/render", "hostex_mcp/server/answer"),
    "reading Hostex's answer into models": (
        "hostex_mcp/api/_json",
        "hostex_mcp/api/_response",
        "hostex_mcp/api/_salvage",
    ),
    "checking arguments": ("hostex_mcp/toolkit/arguments", "hostex_mcp/toolkit/property_titles"),
    "asking Hostex: limits, deadlines, retries": ("hostex_mcp/api/",),
    "the rest of hostex-mcp": ("hostex_mcp/",),
    "HTTP client": ("/httpx2/", "/httpcore2/", "/h11/"),
    "SDK: protocol, validation, streams": ("/mcp/", "/mcp_types/"),
}
REST = "event loop, and the SDK's threads that read and write"
PACKAGES = {
    "SDK: types of the protocol": ("mcp_types",),
    "SDK: the rest": ("mcp",),
    "HTTP: httpx2, starlette, uvicorn, anyio": (
        "httpx2",
        "httpcore2",
        "h11",
        "starlette",
        "sse_starlette",
        "uvicorn",
        "anyio",
        "python_multipart",
    ),
    "pydantic": ("pydantic", "pydantic_core", "annotated_types", "typing_inspection", "pydantic_settings"),
    "hostex-mcp": ("hostex_mcp",),
}
OTHERS = "standard library and other packages"


def loading(scale: Scale) -> Table:
    """The least self time of each module in several starts, summed by package."""
    least: dict[str, int] = {}
    for _ in range(scale.starts):
        command = [sys.executable, "-X", "importtime", "-m", "hostex_mcp", "stdio", "--help"]
        said = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stderr
        for micro, module in re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", said, re.MULTILINE):
            least[module] = min(int(micro), least.get(module, int(micro)))
    spent: Counter[str] = Counter()
    for module, micro in least.items():
        top = module.partition(".")[0]
        owner = next((name for name, packages in PACKAGES.items() if top in packages), OTHERS)
        spent[owner] += micro
    return _shared_out("loading", "Modules of", (*PACKAGES, OTHERS), spent, spent.total() / 1000)


def calling(shared: Setting, scale: Scale) -> Table:
    """Samples of the server while it answers, by part, with the processor time of a call shared out so."""
    calls = 3 * scale.calls
    with TemporaryDirectory() as folder:
        file = Path(folder) / "samples.json"
        ours = shared.ours("sampled")
        one = Candidate(ours.name, (sys.executable, "-m", "benchmarks.sampled", f"{file}"), ours.environ)
        with session(one) as opened:
            opened.call()
            opened.server.running.send_signal(signal.SIGUSR1)
            before = opened.server.cpu_seconds
            for _ in range(calls):
                opened.call()
            cpu = 1000 * (opened.server.cpu_seconds - before) / calls
            opened.server.incoming.close()
            opened.server.running.wait(30)
        samples = Counter[str](json.loads(file.read_text("utf-8")))
    return _shared_out("calling", "Part of a call", (*PARTS, REST), samples, cpu)


def _shared_out(table: str, what: str, names: tuple[str, ...], counted: Counter[str], whole: float) -> Table:
    shares = {name: counted[name] / counted.total() for name in names}
    rows = [(name, f"{share * whole:,.2f}", f"{share:.0%}") for name, share in shares.items()]
    return Table(table, (what, "Milliseconds", "Share"), rows)


def part(frame: FrameType | None) -> str:
    while frame:
        file = frame.f_code.co_filename
        for name, places in PARTS.items():
            if any(place in file for place in places):
                return name
        frame = frame.f_back
    return REST


def _begin(_: int, frame: FrameType | None) -> None:
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)


def main(file: str) -> None:
    from hostex_mcp.cli import main as serve

    samples: Counter[str] = Counter()
    atexit.register(lambda: Path(file).write_text(json.dumps(samples), encoding="utf-8"))
    signal.signal(signal.SIGPROF, lambda _, frame: samples.update([part(frame)]))
    signal.signal(signal.SIGUSR1, _begin)
    serve(["stdio"])


if __name__ == "__main__":
    main(sys.argv[1])
