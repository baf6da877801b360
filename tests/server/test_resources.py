"""Resources and completions over a real client."""

import csv
import io
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.types import PromptReference, ResourceTemplateReference

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.scope import ScopedClient
from hostex_mcp.server.app import create_server
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select

pytestmark = pytest.mark.anyio

LOFT = 20110001


@asynccontextmanager
async def connected(
    *, exclude: tuple[str, ...] = (), property_ids: tuple[int, ...] = ()
) -> AsyncGenerator[tuple[Client, Sandbox]]:
    sandbox = Sandbox()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex:
        chosen = select(("core",), (), exclude)
        scoped = ScopedClient(hostex, property_ids) if property_ids else hostex
        engine = Engine(chosen, Context(scoped, chosen.reachable))
        async with Client(create_server(lambda _: engine)) as client:
            yield client, sandbox


def month_before(sandbox: Sandbox) -> str:
    today = sandbox.clock().date()
    return f"{today.year - (today.month == 1)}-{(today.month - 2) % 12 + 1:02}"


async def read(client: Client, uri: str) -> tuple[str, str]:
    [content] = cast("Any", await client.read_resource(uri)).contents
    assert content.uri == uri
    return content.mime_type, content.text


async def test_kinds_and_reference_pages_are_listed() -> None:
    async with connected() as (client, _):
        templates = {
            template.uri_template for template in (await client.list_resource_templates()).resource_templates
        }
        pages = {page.uri for page in (await client.list_resources()).resources}
        pages = {uri for uri in pages if not uri.startswith("skill://")}
    assert templates == {
        "hostex://properties/{property_id}",
        "hostex://stays/{stay_code}",
        "hostex://conversations/{conversation_id}",
        "hostex://month-end/{month}.csv",
    }
    reference = {f"hostex://reference/{name}" for name in ("enums", "errors", "definitions")}
    assert pages == {*reference, "hostex://activity"}


@pytest.mark.parametrize("name", [str(LOFT), "Harbour%20Loft", "harbour loft"])
async def test_a_property_is_read_by_id_or_title_without_its_secrets(name: str) -> None:
    async with connected() as (client, sandbox):
        mime_type, text = await read(client, f"hostex://properties/{name}")
        password = sandbox.accounts.main.properties[LOFT]["wifi_password"]
    assert mime_type == "application/json"
    assert json.loads(text)["id"] == LOFT
    assert password
    assert password not in text


async def test_a_stay_and_a_thread_are_read_by_code() -> None:
    async with connected() as (client, sandbox):
        stay = next(stay for stay in sandbox.accounts.main.stays.values() if stay["conversation_id"])
        _, text = await read(client, f"hostex://stays/{stay['stay_code']}")
        assert json.loads(text)["stay"]["stay_code"] == stay["stay_code"]
        thread = stay["conversation_id"]
        _, text = await read(client, f"hostex://conversations/{thread}")
        assert json.loads(text)["id"] == thread


async def test_the_accounts_of_a_month_are_a_table() -> None:
    async with connected() as (client, sandbox):
        mime_type, text = await read(client, f"hostex://month-end/{month_before(sandbox)}.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert mime_type == "text/csv"
    assert {"property", "currency", "nights", "revenue", "result"} <= rows[0].keys()
    assert "Harbour Loft" in {row["property"] for row in rows}


@pytest.mark.parametrize(
    "uri",
    [
        "hostex://month-end/2026-13.csv",
        "hostex://month-end/june.csv",
        "hostex://properties/",
        "hostex://properties/1/2",
        "hostex://stays/no-such-code",
        "hostex://properties/99",
        "hostex://nothing/here",
        "file:///etc/passwd",
        "hostex://reference/../enums",
    ],
)
async def test_where_nothing_stands_an_error_says_so(uri: str) -> None:
    async with connected() as (client, _):
        with pytest.raises(MCPError) as caught:
            await client.read_resource(uri)
    assert caught.value.code == -32602


@pytest.mark.parametrize("month", ["0000-05", "0001-01", "9999-12", "1999-12", "2100-01"])
async def test_a_month_that_no_account_has_is_refused_saying_which_one_can_be_given(month: str) -> None:
    async with connected() as (client, sandbox):
        with pytest.raises(MCPError, match="written YYYY-MM and lies between 2000-01 and 2099-12") as caught:
            await client.read_resource(f"hostex://month-end/{month}.csv")
    assert caught.value.code == -32602
    assert sandbox.log == []


async def test_the_last_month_that_can_be_given_is_read() -> None:
    async with connected() as (client, _):
        _, text = await read(client, "hostex://month-end/2099-12.csv")
    assert "property_id" in text.splitlines()[0]


@pytest.mark.parametrize("uri", ["hostex://month-end/2026-05.csv", f"hostex://properties/{LOFT}"])
async def test_an_error_of_hostex_is_the_same_for_every_resource(uri: str) -> None:
    async with connected() as (client, sandbox):
        sandbox.faults.add("envelope", None, times=None, code=420, message="Subscription expired")
        with pytest.raises(MCPError, match="has ended; the host can renew it") as caught:
            await client.read_resource(uri)
    assert caught.value.code == -32602
    assert (caught.value.data["kind"], caught.value.data["code"]) == ("subscription_lapsed", 420)


async def test_the_table_of_a_month_is_whole_or_none() -> None:
    async with connected() as (client, sandbox):
        sandbox.faults.add("envelope", "GET /transactions", times=None, code=403, message="No")
        with pytest.raises(MCPError) as caught:
            await client.read_resource("hostex://month-end/2026-05.csv")
    assert caught.value.data["kind"] == "forbidden"


async def test_nothing_is_completed_while_hostex_answers_with_an_error() -> None:
    async with connected() as (client, sandbox):
        sandbox.faults.add("envelope", None, times=None, code=420, message="Subscription expired")
        for argument in ("property_id", "stay_code", "conversation_id"):
            template = ResourceTemplateReference(type="ref/resource", uri=f"hostex://any/{{{argument}}}")
            completed = await client.complete(template, {"name": argument, "value": ""})
            assert completed.completion.values == []


async def test_what_is_out_of_scope_does_not_exist() -> None:
    async with connected(property_ids=(LOFT,)) as (client, sandbox):
        await read(client, f"hostex://properties/{LOFT}")
        other = next(home for home in sandbox.accounts.main.properties if home != LOFT)
        with pytest.raises(MCPError):
            await client.read_resource(f"hostex://properties/{other}")
        _, text = await read(client, f"hostex://month-end/{month_before(sandbox)}.csv")
        assert {row["property_id"] for row in csv.DictReader(io.StringIO(text))} == {str(LOFT)}


async def test_an_excluded_tool_takes_its_resource_along() -> None:
    async with connected(exclude=("get_month_end",)) as (client, _):
        templates = {
            template.uri_template for template in (await client.list_resource_templates()).resource_templates
        }
        assert "hostex://month-end/{month}.csv" not in templates
        with pytest.raises(MCPError, match="There is no resource at"):
            await client.read_resource("hostex://month-end/2026-05.csv")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("enums", ["wait_accept", "cleaning", "insights", "checkin_pending", "by_room_type", "not_seen"]),
        ("errors", ["`read_only_token`", "`outcome_unknown`"]),
        ("definitions", ["RevPAR", "booking window", "Turnovers", "near miss", "anomaly", "lock codes"]),
    ],
)
async def test_reference_pages_explain_words(page: str, words: list[str]) -> None:
    async with connected() as (client, _):
        _, text = await read(client, f"hostex://reference/{page}")
    assert all(word in text for word in words)


async def test_every_value_that_an_argument_of_any_tool_takes_is_in_the_reference() -> None:
    async with connected() as (client, _):
        _, text = await read(client, "hostex://reference/enums")
    rows = [line.split(": ", 1) for line in text.splitlines() if line.startswith("- `")]
    for tool in CATALOGUE.values():
        for name, schema in tool.input_schema["properties"].items():
            values = schema.get("enum") or schema.get("items", {}).get("enum")
            if values:
                matching = [rest for head, rest in rows if f"`{name}`" in head and tool.name in head]
                assert ", ".join(values) in matching, (tool.name, name)


async def test_properties_are_completed_by_any_part_of_their_title() -> None:
    async with connected() as (client, _):
        prompt = PromptReference(type="ref/prompt", name="answer_waiting_guests")
        completed = await client.complete(prompt, {"name": "property", "value": "harb"})
        template = ResourceTemplateReference(type="ref/resource", uri="hostex://properties/{property_id}")
        again = await client.complete(template, {"name": "property_id", "value": "LOFT"})
    assert completed.completion.values == ["Harbour Loft", "Harbour Studio"]
    assert again.completion.values == ["Harbour Loft"]


async def test_codes_are_completed_by_their_beginning() -> None:
    async with connected() as (client, _):
        stays = ResourceTemplateReference(type="ref/resource", uri="hostex://stays/{stay_code}")
        completed = await client.complete(stays, {"name": "stay_code", "value": "5-DEMO"})
        threads = ResourceTemplateReference(
            type="ref/resource", uri="hostex://conversations/{conversation_id}"
        )
        thread = await client.complete(threads, {"name": "conversation_id", "value": "0-22000009"})
        nothing = await client.complete(stays, {"name": "month", "value": "2026"})
    assert completed.completion.values
    assert all(code.startswith("5-DEMO") for code in completed.completion.values)
    assert "0-2200000900-inq001" in thread.completion.values
    assert nothing.completion.values == []
