"""What `/metrics` tells: counts of what really happened, names of this program only, and not to everybody."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from hostex_mcp.api import HostexClient
from hostex_mcp.events import Event, PairRenewed, listen_everywhere
from hostex_mcp.http.app import local_app
from hostex_mcp.http.store import Store
from hostex_mcp.http.transport.metrics import SHARED_FOLDER, Metrics
from hostex_mcp.http.transport.rate_limits import Limits, Rate
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.serving import running as sandbox_running
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.http.linked import world
from tests.support.clock import Clock
from tests.support.every_write import BOOKING
from tests.support.local import HERE, JSON, PUBLIC, call, local, running, shared
from tests.support.processes import hostex_mcp
from tests.support.python_client import Keeping, connected
from tests.support.root import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(120)]

TOKEN = "a-token-of-twenty-four-signs"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
MACHINE = "127.0.0.1"


ORDER = ("tool", "operation", "grant_type", "route", "step", "limit", "outcome", "status")


def samples(text: str, name: str) -> dict[str, float]:
    """The samples of a metric, by the values of their labels: what first, how it ended last."""
    return {
        " ".join(sample.labels[label] for label in ORDER if label in sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


async def told(http: httpx2.AsyncClient, **headers: str) -> str:
    answer = await http.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


@dataclass
class Host:
    """One user's server over a demo account of its own."""

    http: httpx2.AsyncClient
    sandbox: Sandbox

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        answer = await self.http.post("/mcp", headers=JSON, content=call(tool, arguments))
        return answer.json()["result"]["structuredContent"]

    async def samples(self, name: str) -> dict[str, float]:
        return samples(await told(self.http), name)


@asynccontextmanager
async def host(confirm: str = "auto") -> AsyncGenerator[Host]:
    async def at_once(_: float) -> None: ...

    sandbox = Sandbox()
    client = HostexClient(
        WRITABLE,
        base_url="https://sandbox.invalid/v3",
        transport=httpx2.ASGITransport(app=sandbox.app),
        sleep=at_once,
    )
    selection = select(["core"])
    engine = Engine(selection, Context(client, selection.reachable), confirm)
    async with running(local_app(Settings(), HERE, engine), client=MACHINE) as http:
        yield Host(http, sandbox)


async def test_calls_are_counted_by_tool_and_by_how_they_ended() -> None:
    async with host() as here:
        await here.ask("list_properties", limit=1)
        await here.ask("list_properties", limit=2)
        await here.ask("list_properties", colour="red")
        await here.ask("get_conversation", conversation_id="0-404")
        await here.ask("call_read_tool", name="list_tags", arguments={})
        calls = await here.samples("hostex_mcp_calls_total")
        seconds = await here.samples("hostex_mcp_call_seconds_count")
        running_now = await here.samples("hostex_mcp_calls_running")
    assert calls == {
        "list_properties ok": 2,
        "list_properties invalid_arguments": 1,
        "get_conversation not_found": 1,
        "list_tags ok": 1,
    }
    assert seconds == {"list_properties": 3, "get_conversation": 1, "list_tags": 1}
    assert running_now == {"": 0}


async def test_a_tool_that_does_not_exist_makes_no_series() -> None:
    async with host() as here:
        answer = await here.http.post("/mcp", headers=JSON, content=call("made_up_by_a_stranger"))
        assert answer.json()["error"]["code"] == -32602
        assert "made_up_by_a_stranger" not in await told(here.http)


async def test_each_try_of_a_request_to_hostex_is_counted_and_so_are_repeats() -> None:
    async with host() as here:
        here.sandbox.faults.add("envelope", "GET /staffs", times=2)
        await here.ask("call_read_tool", name="list_staffs", arguments={})
        asked = await here.samples("hostex_mcp_hostex_requests_total")
        again = await here.samples("hostex_mcp_hostex_retries_total")
        log = [f"{call.method} {call.path}" for call in here.sandbox.log]
    assert log.count("GET /staffs") == 3
    assert sum(asked.values()) == 3
    assert asked["GET /staffs ok"] == 1
    assert again == {"GET /staffs": 2}


async def test_the_steps_of_a_confirmation_are_counted() -> None:
    write = {"conversation_id": "0-2200000900-inq001", "message": "Yes, there is a lift."}
    async with host("token") as here:
        offer = await here.ask("send_message", **write)
        await here.ask(
            "send_message", **write | {"message": "No."}, confirmation_token=offer["confirmation_token"]
        )
        await here.ask("send_message", **write, confirmation_token=offer["confirmation_token"])
        steps = await here.samples("hostex_mcp_confirmations_total")
        calls = await here.samples("hostex_mcp_calls_total")
    assert steps == {"offered": 2, "arguments_changed": 1, "token": 1}
    assert calls == {"send_message confirmation_required": 2, "send_message done": 1}


async def test_refusals_of_callers_in_a_hurry_are_counted_by_the_bound_they_met() -> None:
    limits = Limits(account=Rate(1, 2), strangers=Rate(1, 1), others=Rate(1, 1))
    async with running(shared(limits), client=MACHINE) as http:
        for _ in range(3):
            await http.post("/mcp", headers={**JSON, "Authorization": "ada"}, content=call("list_tags"))
        for _ in range(3):
            await http.post("/mcp", headers=JSON, content=call("list_tags"))
            await http.get("/nowhere")
        text = await told(http)
    assert samples(text, "hostex_mcp_throttled_total") == {"account": 1, "strangers": 2, "others": 2}


async def test_requests_are_counted_by_route_and_paths_that_callers_make_up_are_one() -> None:
    async with running(local(), client=MACHINE) as http:
        for path in ("/healthz", "/nowhere", "/elsewhere/9", "/connect-to-me", "/changes/1", "/changes/2"):
            await http.get(path)
        await http.get("/mcp/")
        counted = samples(await told(http), "hostex_mcp_http_requests_total")
    assert counted == {"/healthz 200": 1, "other 404": 3, "/changes 404": 2, "/mcp 405": 1}


async def test_a_public_server_has_no_metrics_without_a_token() -> None:
    async with running(local(PUBLIC), PUBLIC) as http:
        answer = await http.get("/metrics", headers=BEARER)
    assert answer.status_code == 404
    assert "HOSTEX_MCP_METRICS_TOKEN" in answer.text
    assert "hostex_mcp_" not in answer.text


async def test_a_server_of_this_machine_tells_other_machines_nothing() -> None:
    async with running(local(), client="192.0.2.2") as http:
        answer = await http.get("/metrics")
    assert answer.status_code == 404
    assert "hostex_mcp_" not in answer.text


async def test_with_a_token_they_are_for_whoever_brings_it_under_any_name_of_the_machine() -> None:
    app = local(PUBLIC, metrics_token=SecretStr(TOKEN))
    async with running(app, PUBLIC) as http:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            answer = await http.get("/metrics", headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert "hostex_mcp_" not in answer.text
        assert "hostex_mcp_build_info" in await told(http, **BEARER, Host="10.1.2.3:8000")
        elsewhere = await http.get("/readyz", headers={**BEARER, "Host": "10.1.2.3:8000"})
        assert elsewhere.status_code == 421


async def test_on_a_server_of_this_machine_no_page_of_another_site_can_read_them() -> None:
    async with running(local(), client=MACHINE) as http:
        assert (await http.get("/metrics", headers={"Host": "evil.example"})).status_code == 421
        assert (await http.get("/metrics", headers={"Origin": "https://evil.example"})).status_code == 403


async def test_grants_and_refreshes_of_a_real_client_are_counted_and_no_token_is_told() -> None:
    async def agree(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        return ElicitResult(action="accept")

    kept = Keeping()
    with hostex_mcp("--sandbox", HOSTEX_MCP_LOG_FORMAT="json", HOSTEX_MCP_LOG_LEVEL="debug") as server:
        async with connected(server.resource, kept, asking=agree) as client:
            await client.call_tool("list_reservations", {"limit": 5})
            await client.call_tool("cancel_reservation", BOOKING)
            assert kept.tokens
            first = kept.tokens.access_token
            kept.let_expire()
            await client.call_tool("list_properties", {})
        httpx2.post(f"{server.origin}/token", data={"grant_type": "password"})
        text = httpx2.get(f"{server.origin}/metrics").text
        log = server.errors.read_text(encoding="utf-8")
    assert samples(text, "hostex_mcp_grants_total") == {"granted": 1}
    assert samples(text, "hostex_mcp_token_requests_total") == {
        "authorization_code ok": 1,
        "refresh_token ok": 1,
        "other unsupported_grant_type": 1,
    }
    assert samples(text, "hostex_mcp_confirmations_total") == {"asked": 1, "accept": 1}
    secrets = {WRITABLE, first, kept.tokens.access_token, kept.tokens.refresh_token, "5-DEMO30PAT", "Standin"}
    assert [secret for secret in secrets if secret and secret in text] == []
    assert [secret for secret in secrets if secret and secret in _lines_without_access_table(log)] == []


def _lines_without_access_table(log: str) -> str:
    """The log lines; before them the command lists the demo tokens that its connect page takes."""
    lines = [line for line in log.splitlines() if line.startswith("{")]
    assert all(json.loads(line)["message"] for line in lines)
    return "\n".join(lines)


async def test_renewals_of_partner_tokens_are_told(store: Store, clock: Clock) -> None:
    heard: list[Event] = []
    hostex = world(store, clock)
    grant = await hostex.partner_grant()
    hostex.clock.advance(days=6)
    with listen_everywhere(heard.append):
        await hostex.linking.live(grant)
    assert [event for event in heard if isinstance(event, PairRenewed)] == [PairRenewed("ok")]


async def test_any_worker_tells_the_counts_of_all() -> None:
    with (
        sandbox_running(Sandbox()) as hostex,
        hostex_mcp("--workers", "2", HOSTEX_API_BASE_URL=hostex) as server,
    ):
        for number in range(1, 21):
            with httpx2.Client(base_url=server.origin) as fresh:
                assert fresh.post("/mcp", headers=JSON, content=call("list_tags")).status_code == 401
                counted = samples(fresh.get("/metrics").text, "hostex_mcp_http_requests_total")
                assert counted["/mcp 401"] == number


def test_a_worker_that_is_no_more_runs_no_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "from hostex_mcp.events import ToolEnded, ToolStarted\n"
        "from hostex_mcp.http.transport.metrics import Metrics\n"
        "metrics = Metrics()\n"
        "for event in (ToolStarted(), ToolStarted(), ToolEnded('list_tags', 'ok', 0.1)): metrics(event)\n"
    )
    environ = {SHARED_FOLDER: str(tmp_path), "PATH": ""}
    subprocess.run([sys.executable, "-c", program], env=environ, check=True, cwd=ROOT)
    monkeypatch.setenv(SHARED_FOLDER, str(tmp_path))
    text = Metrics().text().decode()
    assert samples(text, "hostex_mcp_calls_total") == {"list_tags ok": 1}
    assert samples(text, "hostex_mcp_calls_running") == {}
