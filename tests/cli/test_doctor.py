"""`hostex-mcp doctor`: each thing that can be wrong is made wrong, and has to be named with its mend."""

import datetime
import json
import ssl
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hostex_mcp.cli import main
from hostex_mcp.cli.checks import http_server
from hostex_mcp.public_fetch import FetchFailed
from hostex_mcp.sandbox import TOKENS
from tests.support.certificates import certificate
from tests.support.listening import hostex as hostex
from tests.support.processes import free_port, hostex_mcp

NOW = datetime.datetime.now(datetime.UTC)
REFUSED = json.dumps({"error_code": 401, "error_msg": "Invalid access token.", "request_id": "RT1"}).encode()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "XDG_CONFIG_HOME", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def doctor(*args: str, **environ: str | None) -> tuple[dict[str, dict[str, Any]], int]:
    """The findings by what they are about, and the status."""
    unset: dict[str, str | None] = {"HOSTEX_ACCESS_TOKEN": None, "HOSTEX_API_BASE_URL": None}
    result = CliRunner().invoke(main, ["doctor", "--json", *args], env={**unset, **environ})
    assert result.exit_code in (0, 1), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return {finding["check"]: finding for finding in json.loads(result.stdout)}, result.exit_code


def problem(check: str, *args: str, **environ: str | None) -> dict[str, Any]:
    findings, status = doctor(*args, **environ)
    assert findings[check]["verdict"] == "problem", findings
    assert findings[check]["fix"]
    assert status == 1
    return findings[check]


@contextmanager
def answering(
    date: datetime.datetime | None = None, body: bytes = b"", context: ssl.SSLContext | None = None
) -> Generator[int]:
    """A web server on this machine that answers everything the same way; its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.send_header("Content-Length", str(len(body)))
            if date:
                self.send_header("Date", format_datetime(date, usegmt=True))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is logged."""

    class Quiet(HTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that turns away is no error here."""

    server = Quiet(("127.0.0.1", 0), Answer)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def serving_with(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_with_a_writable_token_all_is_well(hostex: str) -> None:
    findings, status = doctor(HOSTEX_API_BASE_URL=hostex, HOSTEX_ACCESS_TOKEN=TOKENS.WRITABLE)
    assert {finding["verdict"] for finding in findings.values()} == {"ok", "skipped"}
    assert "read and write" in findings["token"]["says"]
    assert status == 0


def test_without_a_token_it_is_said_where_to_get_one(hostex: str) -> None:
    assert "OpenAPI" in problem("token", HOSTEX_API_BASE_URL=hostex)["fix"]


@pytest.mark.parametrize(
    ("token", "says", "fix"),
    [
        (TOKENS.DEAD, "does not know the token", "Create a new one"),
        ("never-was-a-token", "does not know the token", "Create a new one"),
        (TOKENS.LAPSED, "subscription has ended", "Renew it"),
        (TOKENS.BASIC, "like Basic", "Subscription"),
    ],
)
def test_each_token_that_does_not_work_has_its_reason(token: str, says: str, fix: str, hostex: str) -> None:
    finding = problem("token", HOSTEX_API_BASE_URL=hostex, HOSTEX_ACCESS_TOKEN=token)
    assert says in finding["says"]
    assert fix in finding["fix"]
    assert token not in json.dumps(finding)


def test_a_read_only_token_is_no_problem_but_told(hostex: str) -> None:
    findings, status = doctor(HOSTEX_API_BASE_URL=hostex, HOSTEX_ACCESS_TOKEN=TOKENS.READ_ONLY)
    assert findings["token"]["verdict"] == "warning"
    assert "only read" in findings["token"]["says"]
    assert status == 0


def test_a_misspelt_setting_is_found(hostex: str) -> None:
    assert "HOSTEX_MCP_READ_ONLY" in problem("settings", HOSTEX_MCP_READONLY="1")["says"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOSTEX_MCP_TOOLSETS", "calender"),
        ("HOSTEX_MCP_TOOLS", "list_propertys"),
        ("HOSTEX_MCP_EXCLUDE_TOOLS", "send_mesage"),
    ],
)
def test_a_tool_or_toolset_that_is_not_there_is_found_as_by_the_start(name: str, value: str) -> None:
    environ = {"HOSTEX_MCP_SANDBOX": "1", name: value}
    says = problem("settings", **environ)["says"]
    assert name in says
    assert value in says
    start = CliRunner().invoke(main, ["tools"], env=environ)
    assert start.stderr == f"hostex-mcp: {says}\n"


@pytest.mark.parametrize("sandbox", [True, False])
def test_ids_of_properties_that_the_account_has_not_are_found(sandbox: bool, hostex: str) -> None:
    environ = (
        {"HOSTEX_MCP_SANDBOX": "1"}
        if sandbox
        else {"HOSTEX_API_BASE_URL": hostex, "HOSTEX_ACCESS_TOKEN": TOKENS.WRITABLE}
    )
    says = problem("properties", **environ, HOSTEX_MCP_PROPERTY_IDS="20110001,777,778")["says"]
    assert "names 777, 778, which" in says
    findings, status = doctor(**environ, HOSTEX_MCP_PROPERTY_IDS="20110001,20110002")
    assert findings["properties"]["says"] == "Only 2 of 12 properties are served."
    assert status == 0


def test_a_name_that_cannot_be_looked_up() -> None:
    finding = problem("name", HOSTEX_API_BASE_URL="https://hostex.invalid/v3")
    assert "hostex.invalid" in finding["says"]


def test_a_token_that_is_missing_is_told_even_if_hostex_cannot_be_reached() -> None:
    away = "https://no-such-host.invalid/v3"
    assert "No access token" in problem("token", HOSTEX_API_BASE_URL=away)["says"]
    unfilled = problem("token", HOSTEX_API_BASE_URL=away, HOSTEX_ACCESS_TOKEN="${env:HOSTEX_ACCESS_TOKEN}")
    assert "the placeholder ${env:HOSTEX_ACCESS_TOKEN}" in unfilled["says"]
    findings, _ = doctor(HOSTEX_API_BASE_URL=away, HOSTEX_ACCESS_TOKEN=TOKENS.WRITABLE)
    assert findings["token"]["verdict"] == "skipped"


def test_nothing_that_answers() -> None:
    port = free_port()
    finding = problem("connection", HOSTEX_API_BASE_URL=f"http://127.0.0.1:{port}/v3")
    assert f"127.0.0.1:{port}" in finding["says"]


def test_a_proxy_that_is_not_there_and_its_password_stays_hidden(hostex: str) -> None:
    port = free_port()
    proxy = f"http://ana:secret-word@127.0.0.1:{port}"
    findings, status = doctor(HOSTEX_API_BASE_URL="https://api.hostex.test/v3", HTTPS_PROXY=proxy)
    assert f"The proxy 127.0.0.1:{port} cannot be reached." in findings["proxy"]["says"]
    assert "secret-word" not in json.dumps(findings)
    assert status == 1


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    made = certificate(tmp_path, NOW + datetime.timedelta(days=10))
    with answering(context=serving_with(made)) as port:
        finding = problem("certificate", HOSTEX_API_BASE_URL=f"https://127.0.0.1:{port}/v3")
    assert "trusts" in finding["says"]
    assert "company proxy" in finding["fix"]


@pytest.mark.parametrize(
    ("host", "days", "says", "fix"),
    [
        ("127.0.0.1", -1, "has expired", "date and time"),
        ("localhost", 10, "is not that of this host", "HOSTEX_API_BASE_URL"),
    ],
)
def test_a_certificate_of_somebody_trusted_that_does_not_hold_here(
    host: str, days: int, says: str, fix: str, tmp_path: Path
) -> None:
    trusted = certificate(tmp_path, NOW + datetime.timedelta(days=days))
    with answering(context=serving_with(trusted)) as port:
        address = f"https://{host}:{port}/v3"
        finding = problem("certificate", HOSTEX_API_BASE_URL=address, SSL_CERT_FILE=str(trusted))
    assert says in finding["says"]
    assert fix in finding["fix"]


def test_a_good_certificate_and_what_answers_behind_it(tmp_path: Path) -> None:
    trusted = certificate(tmp_path, NOW + datetime.timedelta(days=10))
    with answering(body=REFUSED, context=serving_with(trusted)) as port:
        findings, _ = doctor(HOSTEX_API_BASE_URL=f"https://127.0.0.1:{port}/v3", SSL_CERT_FILE=str(trusted))
    assert [findings[name]["verdict"] for name in ("name", "connection", "certificate", "answer")] == [
        "ok"
    ] * 4


def test_a_connection_that_is_closed_without_an_answer(tmp_path: Path) -> None:
    with answering(context=serving_with(certificate(tmp_path, NOW))) as port:
        finding = problem("answer", HOSTEX_API_BASE_URL=f"http://127.0.0.1:{port}/v3")
    assert "did not answer" in finding["says"]


def test_a_proxy_that_works_is_told_and_passed_through() -> None:
    with answering(body=REFUSED) as port:
        address = f"http://127.0.0.1:{free_port()}/v3"
        findings, _ = doctor(HOSTEX_API_BASE_URL=address, HTTP_PROXY=f"http://127.0.0.1:{port}")
    assert findings["proxy"]["says"] == f"Calls go through the proxy 127.0.0.1:{port}."
    assert findings["answer"]["verdict"] == "ok"


def test_plain_http_where_tls_should_be() -> None:
    with answering() as port:
        finding = problem("certificate", HOSTEX_API_BASE_URL=f"https://127.0.0.1:{port}/v3")
    assert "does not speak TLS" in finding["says"]


def test_a_log_in_page_in_place_of_hostex() -> None:
    with answering(body=b"<html>Welcome to the hotel</html>") as port:
        finding = problem("answer", HOSTEX_API_BASE_URL=f"http://127.0.0.1:{port}/v3")
    assert "not the Hostex API" in finding["says"]


@pytest.mark.parametrize(("hours", "verdict"), [(0, "ok"), (3, "warning"), (-30, "warning")])
def test_a_clock_that_is_off_is_told(hours: int, verdict: str) -> None:
    with answering(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours), REFUSED) as port:
        findings, _ = doctor(HOSTEX_API_BASE_URL=f"http://127.0.0.1:{port}/v3")
    assert findings["clock"]["verdict"] == verdict
    assert not hours or f"{abs(hours)} hours" in findings["clock"]["says"]


def test_the_demo_account_needs_no_hostex() -> None:
    findings, status = doctor(HOSTEX_MCP_SANDBOX="1")
    assert findings["Hostex"]["verdict"] == "skipped"
    assert status == 0


def client_file(home: Path, text: str) -> Path:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def entry(**members: Any) -> str:
    return json.dumps({"mcpServers": {"hostex": members}})


def test_a_client_that_starts_a_program_that_is_gone(home: Path) -> None:
    client_file(home, entry(command="/gone/bin/hostex-mcp", env={"HOSTEX_ACCESS_TOKEN": "x"}))
    finding = problem("Cursor", HOSTEX_MCP_SANDBOX="1")
    assert "/gone/bin/hostex-mcp, which does not exist" in finding["says"]
    assert "hostex-mcp config cursor --write" in finding["fix"]


def test_a_client_without_a_token(home: Path) -> None:
    client_file(home, entry(command=sys.executable, env={"HOSTEX_ACCESS_TOKEN": ""}))
    assert "has no token" in problem("Cursor", HOSTEX_MCP_SANDBOX="1")["says"]


def test_a_client_file_that_is_broken(home: Path) -> None:
    path = client_file(home, '{"mcpServers": ')
    assert str(path) in problem("Cursor", HOSTEX_MCP_SANDBOX="1")["says"]


def test_an_entry_under_an_old_name(home: Path) -> None:
    client_file(home, json.dumps({"mcpServers": {"my-rentals": {"command": "uvx", "args": ["hostex-mcp"]}}}))
    findings, status = doctor(HOSTEX_MCP_SANDBOX="1")
    assert findings["Cursor"]["verdict"] == "warning"
    assert "my-rentals" in findings["Cursor"]["says"]
    assert status == 0


def test_a_client_that_is_set_up_well_and_others_that_have_nothing_to_do_with_it(home: Path) -> None:
    client_file(
        home, entry(command=sys.executable, env={"HOSTEX_ACCESS_TOKEN": "${env:HOSTEX_ACCESS_TOKEN}"})
    )
    (home / ".mcp.json").write_text('{"mcpServers": {"files": {"command": "npx"}}}')
    findings, status = doctor(HOSTEX_MCP_SANDBOX="1")
    assert findings["Cursor"]["verdict"] == "ok"
    assert "Claude Code" not in findings
    assert status == 0


def test_a_client_that_sets_what_the_start_refuses(home: Path) -> None:
    wrong = {"HOSTEX_ACCESS_TOKEN": "${env:HOSTEX_ACCESS_TOKEN}", "HOSTEX_MCP_TOOLSETS": "calender"}
    client_file(home, entry(command=sys.executable, env=wrong))
    finding = problem("Cursor", HOSTEX_MCP_SANDBOX="1")
    assert "HOSTEX_MCP_TOOLSETS: 'calender' does not exist (did you mean calendar?)" in finding["says"]


def test_files_that_a_client_s_container_has_are_not_looked_for_here(home: Path) -> None:
    docker = client_file(home, "").with_name("docker")
    docker.touch(mode=0o755)
    inside = {"HOSTEX_ACCESS_TOKEN": "tok-5f0c9e21d7", "HOSTEX_MCP_AUDIT_LOG": "/data-of-it/audit.jsonl"}
    client_file(home, entry(command=str(docker), args=["run", "-i", "hostex-mcp", "stdio"], env=inside))
    assert doctor(HOSTEX_MCP_SANDBOX="1")[0]["Cursor"]["verdict"] == "ok"


def test_a_client_s_token_is_never_shown(home: Path) -> None:
    client_file(home, entry(command="/gone/hostex-mcp", env={"HOSTEX_ACCESS_TOKEN": "tok-5f0c9e21d7"}))
    findings, _ = doctor(HOSTEX_MCP_SANDBOX="1")
    assert "tok-5f0c9e21d7" not in json.dumps(findings)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with answering() as port:
        database = f"sqlite:///{tmp_path}/grants.db"
        findings, _ = doctor("--port", str(port), HOSTEX_MCP_SANDBOX="1", HOSTEX_MCP_DATABASE_URL=database)
    assert findings["port"]["verdict"] == "warning"
    assert f"Port {port} is in use" in findings["port"]["says"]
    assert findings["database"]["verdict"] == "ok"


def test_a_database_that_does_not_answer_and_its_password_stays_hidden() -> None:
    database = f"postgresql://ana:secret-word@127.0.0.1:{free_port()}/hostex"
    keys = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    findings, status = doctor(
        HOSTEX_MCP_SANDBOX="1", HOSTEX_MCP_DATABASE_URL=database, HOSTEX_MCP_SECRET_KEYS=keys
    )
    assert findings["database"]["verdict"] == "problem"
    assert "secret-word" not in json.dumps(findings)
    assert status == 1


def test_postgresql_without_keys() -> None:
    database = "postgresql://ana@127.0.0.1/hostex"
    finding = problem("database", HOSTEX_MCP_SANDBOX="1", HOSTEX_MCP_DATABASE_URL=database)
    assert "HOSTEX_MCP_SECRET_KEYS" in finding["says"]


def test_a_public_address_that_leads_nowhere(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    finding = problem(
        "public URL",
        HOSTEX_MCP_SANDBOX="1",
        HOSTEX_MCP_PUBLIC_URL=address,
        HOSTEX_MCP_DATABASE_URL=f"sqlite:///{tmp_path}/grants.db",
    )
    assert f"{address} does not lead to a running hostex-mcp" in finding["says"]


@pytest.mark.parametrize("named", [True, False])
def test_a_public_address_that_leads_to_another_name(named: bool, tmp_path: Path) -> None:
    body = json.dumps({"issuer": "https://old.example.com"}).encode()
    with answering(body=body if named else b"[]") as port:
        finding = problem(
            "public URL",
            HOSTEX_MCP_SANDBOX="1",
            HOSTEX_MCP_PUBLIC_URL=f"http://127.0.0.1:{port}",
            HOSTEX_MCP_DATABASE_URL=f"sqlite:///{tmp_path}/grants.db",
        )
    assert ("calls itself https://old.example.com" in finding["says"]) is named


def test_a_server_that_runs_well_at_its_public_address(tmp_path: Path) -> None:
    with hostex_mcp("--sandbox") as server:
        findings, status = doctor(
            "--port",
            server.origin.rpartition(":")[2],
            HOSTEX_MCP_SANDBOX="1",
            HOSTEX_MCP_PUBLIC_URL=server.origin,
            HOSTEX_MCP_DATABASE_URL=f"sqlite:///{tmp_path}/grants.db",
        )
    assert findings["public URL"]["verdict"] == "ok"
    assert "is in use" in findings["port"]["says"]
    assert status == 0


@pytest.mark.parametrize("reached", [True, False])
def test_the_way_to_documents_of_apps_is_looked_at_with_a_server_for_others(
    reached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def fetch(url: str, **limits: Any) -> None:
        asked.append(url)
        if not reached:
            raise FetchFailed("could not be fetched")

    monkeypatch.setattr(http_server, "fetch_public", fetch)
    environ = {"HOSTEX_MCP_SANDBOX": "1", "HOSTEX_MCP_DATABASE_URL": f"sqlite:///{tmp_path}/grants.db"}
    assert "client documents" not in doctor(**environ)[0]
    assert asked == []
    findings, _ = doctor(**environ, HOSTEX_MCP_PUBLIC_URL="https://mcp.example.invalid")
    assert asked == ["https://claude.ai/oauth/claude-code-client-metadata"]
    assert findings["client documents"]["verdict"] == ("ok" if reached else "warning")
    assert reached or "HTTPS_PROXY" in findings["client documents"]["fix"]


def test_documents_of_apps_that_are_switched_off_are_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(http_server, "fetch_public")
    findings, _ = doctor(
        HOSTEX_MCP_SANDBOX="1",
        HOSTEX_MCP_DATABASE_URL=f"sqlite:///{tmp_path}/grants.db",
        HOSTEX_MCP_PUBLIC_URL="https://mcp.example.invalid",
        HOSTEX_MCP_CLIENT_DOCUMENTS="0",
    )
    assert findings["client documents"]["verdict"] == "skipped"
    assert "HOSTEX_MCP_CLIENT_DOCUMENTS" in findings["client documents"]["says"]


def test_people_read_marks_and_mends_without_colour_in_a_pipe(hostex: str) -> None:
    environ = {"HOSTEX_API_BASE_URL": hostex, "HOSTEX_ACCESS_TOKEN": TOKENS.DEAD}
    result = CliRunner().invoke(main, ["doctor"], env=environ)
    assert "✗ token" in result.stdout
    assert "→ Create a new one" in result.stdout
    assert "1 problem to fix." in result.stdout
    assert "\x1b" not in result.stdout
