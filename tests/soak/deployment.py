"""What is soaked: a server of two workers and its Hostex, each a process; and what is measured of them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from hostex_mcp.sandbox import SECOND, WRITABLE
from hostex_mcp.sandbox.oauth import CLIENT_ID, CLIENT_SECRET
from tests.processes.staying_up.deployed import by_then, probe
from tests.support.processes import Running, free_port, hostex_mcp

PAGE = 100


@dataclass(frozen=True)
class Deployment:
    """The server, and the origin of the simulated Hostex."""

    server: Running
    hostex: str

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        parent = self.server.process.pid
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def fault(self, kind: str, operation: str | None, **options: Any) -> None:
        """Order a fault of Hostex."""
        body = {"kind": kind, "operation": operation, **options}
        httpx2.post(f"{self.hostex}/sandbox/faults", json=body, timeout=30).raise_for_status()

    def settle(self) -> None:
        """Call off all faults, and have every queued write take effect."""
        httpx2.delete(f"{self.hostex}/sandbox/faults", timeout=30).raise_for_status()
        httpx2.post(f"{self.hostex}/sandbox/settle", timeout=30).raise_for_status()

    def threads(self) -> list[str]:
        """The conversations of the main account."""
        return [
            conversation["id"] for conversation in self._rows(WRITABLE, "/conversations", "conversations")
        ]

    def written(self, prefix: str) -> list[str]:
        """The texts of all messages and tasks that begin like this, each as often as it is there."""
        texts: list[str] = []
        for token in (WRITABLE, SECOND):
            for conversation in self._rows(token, "/conversations", "conversations"):
                thread = self._get(token, f"/conversations/{conversation['id']}")
                texts += [message["content"] or "" for message in thread["messages"]]
            texts += [task["note"] or "" for task in self._rows(token, "/tasks", "tasks")]
        return [text for text in texts if text.startswith(prefix)]

    def _rows(self, token: str, path: str, key: str) -> list[Any]:
        rows: list[Any] = []
        while True:
            got = self._get(token, path, offset=len(rows), limit=PAGE)[key]
            rows += got
            if len(got) < PAGE:
                return rows

    def _get(self, token: str, path: str, **query: Any) -> Any:
        headers = {"Hostex-Access-Token": token}
        while True:
            answer = httpx2.get(f"{self.hostex}/v3{path}", params=query, headers=headers, timeout=30)
            envelope = answer.json()
            if "data" in envelope:
                return envelope["data"]
            time.sleep(int(answer.headers["retry-after"]))  # the run itself used the minute's calls up


@contextmanager
def deployed() -> Generator[Deployment]:
    """Both, until the end of the block."""
    port = free_port()
    hostex = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "hostex_mcp", "sandbox", "--port", str(port)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOSTEX_")}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, env=kept, stderr=subprocess.DEVNULL) as sandbox,
    ):
        try:
            by_then(lambda: probe(hostex, "/sandbox/faults"))
            settings = {
                "HOSTEX_API_BASE_URL": f"{hostex}/v3",
                "HOSTEX_API_TIMEOUT_SECONDS": "6",
                "HOSTEX_AUTHORIZE_URL": f"{hostex}/app/authorization",
                "HOSTEX_CLIENT_ID": CLIENT_ID,
                "HOSTEX_CLIENT_SECRET": CLIENT_SECRET,
                "HOSTEX_MCP_DATABASE_URL": f"sqlite:///{folder}/soak.db",
                "HOSTEX_MCP_CONFIRM": "token",
                "HOSTEX_MCP_AUDIT_LOG": f"{folder}/audit.jsonl",
            }
            with hostex_mcp("--workers", "2", port=free_port(), **settings) as server:
                yield Deployment(server, hostex)
        finally:
            sandbox.kill()


def resident(pid: int) -> float:
    """The memory of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def open_files(pid: int) -> int:
    """How many files and connections a process holds."""
    return len(os.listdir(f"/proc/{pid}/fd"))
