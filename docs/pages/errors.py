"""docs/errors.md: every kind of error with an example, each from a call that really failed so."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import anyio
from mcp import Client

from hostex_mcp.api import HostexClient
from hostex_mcp.cli.session import selection_of
from hostex_mcp.sandbox import BASIC, DEAD, LAPSED, READ_ONLY, WRITABLE, Sandbox, running
from hostex_mcp.server.app import create_server
from hostex_mcp.server.assembly import assemble, reach_of
from hostex_mcp.server.failures import HINTS, failure
from hostex_mcp.settings import load

TEMPLATE = Path(__file__).with_name("errors.md")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
Call = tuple[str, Mapping[str, Any]]

_GROUPS: Call = ("list_property_groups", {})
_NOTE: Call = (
    "update_conversation_note",
    {"conversation_id": "0-2200000900-inq001", "note": "Asked about the lift."},
)


@dataclass(frozen=True)
class Case:
    """A kind of error: when it comes, and what makes it come on the demo account."""

    kind: str
    when: str
    token: str | None = WRITABLE
    fault: Mapping[str, Any] = field(default_factory=dict[str, Any])
    call: Call = _GROUPS
    excluded: str = ""
    seconds: float = 60.0


def _envelope(code: int, message: str) -> Mapping[str, Any]:
    return {"kind": "envelope", "times": None, "code": code, "message": message}


CASES: Sequence[Case] = (
    Case("not_configured", "The server has no access token. Tools are listed nevertheless.", token=None),
    Case(
        "invalid_token",
        "Hostex answers 401 and reads fail too: the token was deleted or mistyped.",
        token=DEAD,
    ),
    Case(
        "read_only_token",
        "Hostex answers 401 to a write while one read, made to find out, still works.",
        token=READ_ONLY,
        call=_NOTE,
    ),
    Case("forbidden", "403: what was asked for is somebody else's.", fault=_envelope(403, "Forbidden.")),
    Case(
        "not_found", "404: there is no such id or code in this account.", fault=_envelope(404, "Not found.")
    ),
    Case("conflict", "409: it would be a duplicate.", fault=_envelope(409, "Already exists.")),
    Case("subscription_lapsed", "420 with Hostex's words for a subscription that has ended.", token=LAPSED),
    Case(
        "plan_unsupported",
        "420 on one operation while others work: the plan lacks it.",
        fault=_envelope(420, "Not supported on this plan."),
    ),
    Case(
        "account",
        "420 for a reason that Hostex does not tell, such as a plan without API access.",
        token=BASIC,
    ),
    Case(
        "invalid_arguments",
        "An argument is unknown, missing or does not fit: found before anything is sent, or by Hostex "
        "(400, 422). `fields` names each one.",
        call=("list_reservations", {"guest_email": "ines@example.com", "limit": 1000}),
    ),
    Case(
        "rate_limited",
        "429: too many calls. Reads wait up to ten seconds by themselves, and up to a minute where a client "
        "asked for progress; what takes longer is handed on with `retry_after_seconds`.",
        fault={"kind": "throttle", "times": 1, "retry_after": 60},
    ),
    Case(
        "upstream",
        "Hostex failed (500), or answered with a code that is not documented.",
        fault=_envelope(500, "Internal server error."),
    ),
    Case("unavailable", "501: not offered to this account.", fault=_envelope(501, "Not implemented.")),
    Case(
        "channel",
        "502 to 504: the channel behind Hostex failed.",
        fault=_envelope(502, "The channel did not answer."),
    ),
    Case(
        "network", "No connection, or it broke during a read.", fault={"kind": "drop_before", "times": None}
    ),
    Case(
        "timeout",
        "No answer to a read within `HOSTEX_API_TIMEOUT_SECONDS`, or a write that found no connection in "
        "time.",
        fault={"kind": "stall", "times": None, "seconds": 60},
        seconds=0.5,
    ),
    Case(
        "outcome_unknown",
        "A write was sent and its answer is lost. Where possible it was looked up first: a message in "
        "its thread, a booking by its reference. Nothing is ever sent a second time.",
        fault={"kind": "drop_after", "times": 1, "operation": "PATCH /conversations/{conversation_id}/note"},
        call=_NOTE,
    ),
    Case(
        "unexpected_response",
        "What came is not in Hostex's form: a proxy's page, a cut body, a redirect. Redirects are never "
        "followed.",
        fault={"kind": "http", "times": None, "status": 502},
    ),
    Case(
        "blocked",
        "The tool is excluded or would change something in read-only mode, a property is out of scope, or a "
        "guard rail on prices or dates stands in the way.",
        call=("list_webhooks", {}),
        excluded="list_webhooks",
    ),
)
_INTERNAL = (
    "A fault of hostex-mcp itself. The log has the traceback under the reference; the model sees none of it."
)


async def _at_once(_: float) -> None:
    """Waits for nothing, so that only what is to run out of time has little."""


async def _failed(case: Case, url: str) -> dict[str, Any]:
    settings = load({}, sandbox=True, toolsets="all", exclude_tools=case.excluded)
    reach = reach_of(settings, "sandbox")
    async with HostexClient(case.token, base_url=url, timeout=case.seconds, sleep=_at_once) as hostex:
        engine = assemble(settings, selection_of(settings), hostex, reach, now=lambda: NOW)
        async with Client(create_server(lambda _: engine)) as client:
            answer = await client.call_tool(case.call[0], dict(case.call[1]))
    return cast("dict[str, Any]", answer.structured_content)["error"]


def example(case: Case) -> dict[str, Any]:
    """The error that a case really gives."""
    sandbox = Sandbox(now=lambda: NOW)
    if case.fault:
        ordered: dict[str, Any] = {"operation": "GET /groups", **case.fault}
        sandbox.faults.add(**ordered)
    with running(sandbox) as url:
        error = anyio.run(_failed, case, url)
    return {**error, "request_id": error["request_id"] and "RT202611281200001000"}


def examples() -> list[tuple[Case, dict[str, Any]]]:
    """Every kind with its error, in the order of the page."""
    internal = Case("internal", _INTERNAL)
    said = "list_tasks failed because of a bug in this server (reference 4f1d0c2b9a7e)."
    return [*((case, example(case)) for case in CASES), (internal, failure("internal", said)["error"])]


def errors() -> str:
    """The text of the page."""
    shown = examples()
    lines = ["| Kind | When | Repeat the same call? |", "|---|---|---|"]
    for case, error in shown:
        repeat = "yes" if error["retryable"] else "no"
        lines.append(f"| [`{case.kind}`](#{case.kind}) | {case.when.split('. ')[0].rstrip('.')} | {repeat} |")
    sections = "\n\n".join(_section(*entry) for entry in shown)
    page = TEMPLATE.read_text(encoding="utf-8")
    return page.replace("<!-- kinds -->", "\n".join(lines)).replace("<!-- sections -->", sections)


def _section(case: Case, error: Mapping[str, Any]) -> str:
    present = {name: value for name, value in error.items() if value not in (None, [])}
    body = json.dumps({"error": present}, indent=2, ensure_ascii=False)
    todo = f"What to do: {HINTS[case.kind]}"
    return f"## {case.kind}\n\n{case.when}\n\n{todo}\n\n```json\n{body}\n```"
