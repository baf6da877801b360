"""A real server over stdio and a client that cannot ask: a person decides on the page of their machine."""

import json
import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import httpx2
import pytest

from hostex_mcp.sandbox import WRITABLE, Sandbox, running
from tests.processes.stdio.test_crash import CODE, OPERATION, Session, call, deletions, wait_for_deletion

ADDRESS = re.compile(r"a change waits for you to approve or decline it: (http://127\.0\.0\.1:\d+/\S+)")
TICKET = re.compile(r'name="change" value="([^"]+)"')


def full_pipe() -> int:
    """The end to write to of a pipe that is full, and that nobody reads."""
    _, end = os.pipe()
    os.set_blocking(end, False)
    with suppress(BlockingIOError):
        while True:
            os.write(end, b"x")
    os.set_blocking(end, True)
    return end


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


class Served:
    """A server whose standard error is kept in a file."""

    def __init__(self, url: str, log: Path) -> None:
        self.trail = log.with_suffix(".jsonl")
        environ = {"HOSTEX_API_BASE_URL": url, "HOSTEX_ACCESS_TOKEN": WRITABLE}
        environ |= {"HOSTEX_MCP_AUDIT_LOG": str(self.trail)}
        command = [sys.executable, "-m", "hostex_mcp"]
        self._log = log
        with log.open("w") as file:
            self.process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=file, text=True, env=environ)
        self.session = Session(self.process)

    def ask(self, **arguments: Any) -> dict[str, Any]:
        return self.session.ask("tools/call", call(**arguments))["structuredContent"]

    @property
    def address(self) -> str:
        found = ADDRESS.search(self._log.read_text(encoding="utf-8"))
        assert found
        return found[1]

    def approve(self, seconds: float = 40) -> httpx2.Response:
        ticket = TICKET.search(httpx2.get(self.address).text)
        assert ticket
        origin = "/".join(self.address.split("/")[:3])
        form = {"change": ticket[1], "decision": "approve"}
        return httpx2.post(self.address, data=form, headers={"Origin": origin}, timeout=seconds)


def test_what_a_person_approves_on_the_page_is_made_and_told_to_the_model(tmp_path: Path) -> None:
    sandbox = Sandbox()
    with running(sandbox) as url:
        server = Served(url, tmp_path / "log")
        with server.process:
            waiting = server.ask()
            assert waiting["status"] == "waiting_for_person"
            assert server.address.split("/")[3] not in str(waiting)
            assert deletions(sandbox) == 0
            assert server.approve().status_code == 303
            done = server.ask(change_id=waiting["change_id"])
            server.process.kill()
    assert (done["status"], done["receipt"]["decided_by"]) == ("done", "the user of this machine")
    assert (deletions(sandbox), sandbox.accounts.main.stays[CODE]["status"]) == (1, "cancelled")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is simulated on Linux")
@pytest.mark.parametrize("errors", [full_pipe, full_disk])
def test_a_change_waits_and_the_server_goes_on_though_its_standard_error_takes_nothing(
    errors: Callable[[], int],
) -> None:
    with running(Sandbox()) as url:
        environ = {"HOSTEX_API_BASE_URL": url, "HOSTEX_ACCESS_TOKEN": WRITABLE}
        command = [sys.executable, "-m", "hostex_mcp"]
        end = errors()
        with Popen(command, stdin=PIPE, stdout=PIPE, stderr=end, text=True, env=environ) as process:
            os.close(end)
            session = Session(process)
            waiting = session.ask("tools/call", call())["structuredContent"]
            again = session.ask("tools/call", call())["structuredContent"]
            process.kill()
    assert waiting["status"] == again["status"] == "waiting_for_person"
    assert waiting["change_id"] == again["change_id"]


@pytest.mark.parametrize("ending", ["input", "signal"])
def test_a_server_that_is_to_end_waits_for_what_was_just_approved(ending: str, tmp_path: Path) -> None:
    sandbox = Sandbox()
    with running(sandbox) as url:
        server = Served(url, tmp_path / "log")
        with server.process:
            server.ask()
            sandbox.faults.add("stall", operation=OPERATION, times=1, seconds=1)
            with pytest.raises(httpx2.ReadTimeout):
                server.approve(0.5)
            wait_for_deletion(sandbox)
            if ending == "signal":
                server.process.send_signal(signal.SIGTERM)
            else:
                assert server.process.stdin
                server.process.stdin.close()
            assert server.process.wait(20) == (128 + signal.SIGTERM if ending == "signal" else 0)
    assert deletions(sandbox) == 1
    outcomes = [json.loads(line)["outcome"] for line in server.trail.read_text("utf-8").splitlines()]
    assert outcomes == ["waiting_for_person", "done"]
