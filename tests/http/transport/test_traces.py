"""OpenTelemetry: a span for each call, in the trace of whoever called, and nothing in it that was said."""

import json

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from hostex_mcp.sandbox import WRITABLE
from tests.support.local import JSON, call, local, running

pytestmark = pytest.mark.anyio

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
GUEST = "ines@guest.example"


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """An operator's OpenTelemetry. It can be set up once in a process."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    exporter.clear()
    return exporter


async def test_a_call_is_a_span_with_the_name_of_its_tool_and_of_nothing_that_was_said(
    spans: InMemorySpanExporter,
) -> None:
    async with running(local()) as http:
        await http.post("/mcp", headers=JSON, content=call("list_reservations", {"guest_email": GUEST}))
        await http.post("/mcp", headers=JSON, content=call("list_conversations", {"limit": 3}))
    failed, done = spans.get_finished_spans()
    assert [span.name for span in (failed, done)] == [
        "tools/call list_reservations",
        "tools/call list_conversations",
    ]
    assert (failed.status.status_code, done.status.status_code) == (StatusCode.ERROR, StatusCode.UNSET)
    assert done.attributes is not None
    assert done.attributes["gen_ai.tool.name"] == "list_conversations"
    text = "".join(span.to_json() for span in (failed, done))
    assert [secret for secret in (GUEST, "guest_email", WRITABLE, "guest-", "items") if secret in text] == []


async def test_a_span_belongs_to_the_trace_of_its_caller(spans: InMemorySpanExporter) -> None:
    message = json.loads(call("list_tags"))
    message["params"]["_meta"] = {"traceparent": CALLER}
    async with running(local()) as http:
        await http.post("/mcp", headers=JSON, content=json.dumps(message))
    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == CALLER.split("-")[1]
