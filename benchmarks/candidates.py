"""The servers that are measured: in front of one upstream, and asked for the same twenty properties."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import program

TOOL = "list_properties"
OURS = "hostex-mcp"
STRUCTURED = "bare SDK server, structured answer"
OAUTH = "hostex-mcp http, with OAuth"


@dataclass(frozen=True)
class Candidate:
    """A server as it is started."""

    name: str
    command: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Setting:
    """What all candidates of a run share: the upstream, and the Python that has fastmcp, if there is one."""

    upstream: str
    fastmcp: str | None = None

    def baselines(self, transport: str) -> list[Candidate]:
        bare = (sys.executable, "-m", "benchmarks.bare", self.upstream, transport)
        found = [
            Candidate("bare SDK server, answer handed on unread", bare),
            Candidate(STRUCTURED, (*bare, "structured")),
            self._decorated(
                "SDK server from a decorated function", sys.executable, "mcp.server:MCPServer", transport
            ),
        ]
        if self.fastmcp:
            found.append(self._decorated("fastmcp server", self.fastmcp, "fastmcp:FastMCP", transport))
        return found

    def _decorated(self, name: str, python: str, kind: str, transport: str) -> Candidate:
        command = (python, "-m", "benchmarks.decorated", kind, self.upstream, transport)
        return Candidate(name, command, {"FASTMCP_CHECK_FOR_UPDATES": "off", "FASTMCP_LOG_ENABLED": "false"})

    def ours(self, name: str, *arguments: str, **environ: str) -> Candidate:
        settings = {
            "HOSTEX_ACCESS_TOKEN": "benchmark",
            "HOSTEX_API_BASE_URL": self.upstream,
            "HOSTEX_MCP_LOG_LEVEL": "warning",
        }
        return Candidate(name, (sys.executable, "-m", "hostex_mcp", *arguments), settings | environ)


@contextmanager
def setting(fastmcp: str | None) -> Generator[Setting]:
    """An upstream that runs while the block does."""
    with program(sys.executable, "-m", "benchmarks.local_upstream") as upstream:
        yield Setting(f"http://127.0.0.1:{upstream.line()}/v3", fastmcp)


@dataclass(frozen=True)
class FastMCP:
    """The Python of an environment that has the fastmcp package, or why there is none."""

    python: str | None
    version: str


@contextmanager
def fastmcp_environment(*, wanted: bool) -> Generator[FastMCP]:
    """A fresh environment with the newest fastmcp package in it, where it can be had."""
    if not wanted:
        yield FastMCP(None, "left out")
        return
    with TemporaryDirectory() as folder:
        python = str(Path(folder) / "bin" / "python")
        say = "from importlib.metadata import version; print(version('fastmcp'), 'with mcp', version('mcp'))"
        try:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=120)
            install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "fastmcp"]
            subprocess.run(install, check=True, timeout=240, stderr=subprocess.DEVNULL)
            said = subprocess.run([python, "-c", say], check=True, stdout=subprocess.PIPE, text=True)
        except (subprocess.SubprocessError, OSError):
            yield FastMCP(None, "could not be installed, so it was not measured")
        else:
            yield FastMCP(python, said.stdout.strip())
