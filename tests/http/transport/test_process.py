"""Real processes: several workers, a graceful end, and options that do not go together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from hostex_mcp.cli import main
from hostex_mcp.http.serving import bind
from tests.support.local import JSON, call

pytestmark = pytest.mark.slow

PIDS = [sys.executable, "-m", "tests.http.pids"]
SERVER = [sys.executable, "-m", "hostex_mcp", "http", "--port", "0"]


def until(condition: Callable[[], object], seconds: float = 40) -> None:
    """Return when the condition holds; fail when it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def process(*command: str, **environ: str) -> Generator[subprocess.Popen[str]]:
    """A running program, which is killed at the end if it still runs."""
    settings = {name: os.environ[name] for name in os.environ if not name.startswith("HOSTEX_")}
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, env=settings | environ) as running:
        try:
            yield running
        finally:
            running.kill()


@contextmanager
def workers(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    with process(*PIDS, *arguments) as running:
        assert running.stdout
        yield running, f"http://127.0.0.1:{running.stdout.readline().strip()}"


def pid_of(url: str) -> str | None:
    """Which process answers a fresh connection, None when none does."""
    try:
        return httpx2.get(url, timeout=30).text
    except httpx2.TransportError:
        return None


def answering(url: str, count: int) -> set[str]:
    """The processes that answer, once there are so many of them."""
    seen: set[str] = set()

    def enough() -> bool:
        seen.update(pid for pid in [pid_of(url)] if pid)
        return len(seen) >= count

    until(enough)
    return seen


def test_several_workers_serve_one_address_and_one_that_dies_is_replaced() -> None:
    with workers("2") as (running, url):
        first = answering(url, 2)
        with pytest.raises(httpx2.TransportError):
            httpx2.post(f"{url}/die", timeout=5)
        both = answering(url, 1) | first
        until(lambda: pid_of(url) not in {*first, None})
        assert len(both) == 2
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


@pytest.mark.parametrize("count", ["1", "2"])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_call_in_flight_ends_before_the_server_does(tmp_path: Path, count: str, stop: int) -> None:
    with workers(count) as (running, url):
        answering(url, 1)
        answers: list[str] = []
        caller = threading.Thread(
            target=lambda: answers.append(httpx2.get(f"{url}/wait?{tmp_path}", timeout=20).text)
        )
        caller.start()
        until((tmp_path / "arrived").exists)
        running.send_signal(stop)
        until(lambda: pid_of(url) is None)
        assert (running.poll(), answers) == (None, [])
        (tmp_path / "go").touch()
        caller.join(20)
        assert answers == ["done"]
        assert running.wait(20) == 0


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_second_signal_waits_for_no_call(tmp_path: Path, count: str) -> None:
    with workers(count) as (running, url):
        answering(url, 1)
        caller = threading.Thread(target=lambda: pid_of(f"{url}/wait?{tmp_path}"))
        caller.start()
        until((tmp_path / "arrived").exists)
        running.send_signal(signal.SIGTERM)
        until(lambda: pid_of(url) is None)
        running.send_signal(signal.SIGTERM)
        running.wait(5)
        caller.join(5)
        assert not caller.is_alive()


def test_a_request_on_an_idle_connection_as_the_server_stops_is_answered_as_the_last() -> None:
    with workers("1") as (running, url), httpx2.Client(base_url=url, timeout=20) as http:
        assert http.get("/").headers.get("connection") is None
        running.send_signal(signal.SIGTERM)
        until(lambda: pid_of(url) is None)
        last = http.get("/")
        assert (last.status_code, last.headers["connection"]) == (200, "close")
        assert running.wait(10) == 0


def test_workers_that_take_long_to_load_are_waited_for() -> None:
    with workers("2", "slow") as (_, url):
        assert len(answering(url, 2)) == 2


def test_workers_whose_parent_was_killed_end_too_and_free_the_port() -> None:
    with workers("2") as (running, url):
        answering(url, 2)
        running.kill()
        running.wait(20)
        until(lambda: pid_of(url) is None)
        with bind("127.0.0.1", httpx2.URL(url).port or 0):
            pass


def test_workers_that_cannot_start_end_the_server_with_a_failure() -> None:
    with workers("2", "fail") as (running, _):
        assert running.wait(30) != 0


def test_the_command_serves_the_demo_account_and_stops_when_it_is_told_to() -> None:
    with process(*SERVER, "--no-auth", "--sandbox") as running:
        assert running.stderr
        url = running.stderr.readline().removeprefix("hostex-mcp serves ").strip()
        until(lambda: pid_of(url.replace("/mcp", "/healthz")))
        answer = httpx2.post(url, headers=JSON, content=call("list_properties", {"limit": 1}))
        assert answer.json()["result"]["structuredContent"]["returned"] == 1
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


def test_the_pages_of_a_demo_offer_its_tokens_and_descriptions_of_apps_can_be_switched_off(
    tmp_path: Path,
) -> None:
    settings = {
        "HOSTEX_MCP_DATABASE_URL": f"sqlite:///{tmp_path}/demo.db",
        "HOSTEX_MCP_CLIENT_DOCUMENTS": "0",
        "HOSTEX_MCP_OPERATOR": "Harbour Rentals",
    }
    with process(*SERVER, "--sandbox", **settings) as running:
        assert running.stderr
        url = running.stderr.readline().removeprefix("hostex-mcp serves ").strip().removesuffix("/mcp")
        until(lambda: pid_of(f"{url}/healthz"))
        page = httpx2.get(f"{url}/connect", timeout=30).text
        landing = httpx2.get(f"{url}/", timeout=30).text
        told = httpx2.get(f"{url}/.well-known/oauth-authorization-server", timeout=30).json()
        described = {"client_id": "https://app.example.com/client.json"}
        refused = httpx2.get(f"{url}/authorize", params=described, timeout=30)
    assert "<b>Demo.</b>" in page
    assert "<b>Demo.</b>" in landing
    assert "Run by <bdi>Harbour Rentals</bdi>" in landing
    for token in ("sandbox-writable", "sandbox-read-only", "sandbox-second"):
        assert f'name="token" value="{token}"' in page
    assert told["client_id_metadata_document_supported"] is False
    assert "does not accept apps that identify themselves by a web address" in refused.text


WRONG: Mapping[str, tuple[list[str], dict[str, str], str]] = {
    "reachable without a name": (["--host", "0.0.0.0"], {}, "--public-url"),
    "open to everybody": (
        ["--no-auth", "--sandbox", "--host", "0.0.0.0", "--public-url", "https://a.example"],
        {},
        "this machine only",
    ),
    "open behind a proxy": (
        ["--no-auth", "--sandbox", "--public-url", "https://a.example"],
        {},
        "this machine only",
    ),
    "nothing to serve": (["--no-auth"], {}, "HOSTEX_ACCESS_TOKEN"),
    "a demo account in many processes": (["--sandbox", "--workers", "2"], {}, "--sandbox is served by one"),
    "keys that are none": ([], {"HOSTEX_MCP_SECRET_KEYS": "abc"}, "HOSTEX_MCP_SECRET_KEYS"),
    "half a partner": ([], {"HOSTEX_CLIENT_ID": "abc"}, "HOSTEX_CLIENT_SECRET"),
    "one user, many processes": (["--no-auth", "--sandbox", "--workers", "2"], {}, "leave --workers"),
    "one user, many processes by setting": (
        ["--no-auth", "--sandbox"],
        {"HOSTEX_MCP_WORKERS": "2"},
        "--workers",
    ),
    "an address with a path": (["--public-url", "https://a.example/mcp"], {}, "without a path"),
    "plain http for others": (["--public-url", "http://a.example"], {}, "allowed: an https address"),
    "an address of another machine": (["--no-auth", "--sandbox", "--host", "192.0.2.1"], {}, "--public-url"),
    "a toolset that is not": (
        ["--no-auth", "--sandbox", "--toolsets", "calender"],
        {},
        "did you mean calendar?",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_options_that_do_not_go_together_are_refused_in_one_line(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, environ, text = WRONG[what]
    for name in [name for name in os.environ if name.startswith("HOSTEX_")]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, ["http", "--port", "0", *options])
    assert done.exit_code == 2
    assert text in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_one_line(served_port: int) -> None:
    done = CliRunner().invoke(main, ["http", "--no-auth", "--sandbox", "--port", str(served_port)])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"hostex-mcp: cannot listen on 127.0.0.1 port {served_port}: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def served_port() -> Iterator[int]:
    with bind("127.0.0.1", 0) as listener:
        yield int(listener.getsockname()[1])


def test_stdio_loads_nothing_of_the_http_server() -> None:
    code = (
        "import sys; from hostex_mcp.cli import main; import hostex_mcp.cli.stdio; "
        "print([n for n in ('sqlalchemy', 'jinja2', 'limits', 'alembic', 'hostex_mcp.http') "
        "if n in sys.modules])"
    )
    done: Any = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"
