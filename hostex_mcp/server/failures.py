"""Failed calls: one object for every kind of error, with a hint that says what to do."""

from collections.abc import Mapping
from typing import Any

from hostex_mcp.api import FieldProblem, HostexError
from hostex_mcp.domain.guest_text import harmless
from hostex_mcp.server.render import to_json
from hostex_mcp.toolkit.arguments import InvalidArguments

_PORTAL = "the Hostex portal under Settings, OpenAPI"

HINTS: Mapping[str, str] = {
    "not_configured": (
        f"Create an access token in {_PORTAL}, set it as HOSTEX_ACCESS_TOKEN for this server "
        "and restart it; or start with --sandbox to try the demo account."
    ),
    "invalid_token": (
        f"Hostex does not accept the access token: it was deleted or mistyped. Create a new one in {_PORTAL}."
    ),
    "read_only_token": (
        "The access token may only read, which was fixed when it was created. Reads still work; "
        f"for writes create a writable token in {_PORTAL}."
    ),
    "forbidden": "This belongs to another account or another application; this token cannot reach it.",
    "not_found": "Nothing has this id or code in this account. Look it up with a list tool first.",
    "conflict": "This would make a duplicate or collide with something. Read the current state first.",
    "subscription_lapsed": "The host's Hostex subscription has ended; the host can renew it in the portal.",
    "plan_unsupported": "The host's Hostex plan does not include this function; other functions still work.",
    "account": (
        "Hostex refuses this account: its subscription has ended, its plan has no API access, or it is "
        "suspended. The host can see in the portal which of these it is."
    ),
    "invalid_arguments": "Correct the arguments and call again.",
    "rate_limited": "Too many calls; wait for the stated time before the next one.",
    "upstream": "Hostex had an internal error; try again in a minute.",
    "unavailable": "Hostex does not offer this function to this account.",
    "channel": "The booking channel did not answer Hostex properly; try again in a few minutes.",
    "network": "Hostex could not be reached and nothing was changed; check the connection and try again.",
    "timeout": "Hostex did not answer in time and nothing was changed; try again.",
    "outcome_unknown": (
        "The change was sent and no answer came, so it may have taken effect. Read the current state before "
        "anything else; do not repeat it blindly."
    ),
    "unexpected_response": (
        "The answer was not in Hostex's form (a proxy's page, a truncated answer, a redirect)."
    ),
    "blocked": (
        "It is excluded, outside the chosen toolsets, or a write in read-only mode. "
        "Only the operator of this server can change that."
    ),
    "internal": "This is a bug of hostex-mcp; its log has the details under the reference.",
}
UNSURE_WRITE_HINT = (
    "Hostex failed while changing something, so it may have taken effect. Read the current state first."
)


_UNSHOWN = (
    "What this would write is too long for a preview that shows all of it, and nothing is written that the "
    "user cannot see. Nothing was changed."
)
_LESS_TEXT = (
    "Write less at once: a shorter text, or several calls. A client that can ask its user shows longer ones."
)


def failure(kind: str, message: str, *, hint: str | None = None, **details: Any) -> dict[str, Any]:
    """Return the structured result of a failed call."""
    error: dict[str, Any] = {
        # Every member is there in every failure, so that clients need not look first.
        "kind": kind,
        "code": None,
        "message": _line(message),
        "hint": _line(hint or HINTS[kind]),
        "retryable": False,
        "retry_after_seconds": None,
        "request_id": None,
        "operation": None,
        "fields": [],
    }
    return {"error": error | details}


def _field(problem: FieldProblem) -> dict[str, str]:
    return {"field": _line(problem.field), "problem": _line(problem.problem)}


def _line(text: str) -> str:
    """Return a text of an error, which may quote anybody, on one line."""
    return " ".join(harmless(text).split())


def hostex_failure(error: HostexError) -> dict[str, Any]:
    """Return the structured result for an error of the Hostex client."""
    # Not retryable means that it answered a write.
    unsure = error.kind in ("upstream", "channel") and not error.retryable
    status = {"status": error.kind} if error.kind == "outcome_unknown" else {}
    return status | failure(
        error.kind,
        error.message,
        hint=error.hint or (UNSURE_WRITE_HINT if unsure else None),
        code=error.code,
        retryable=error.retryable,
        retry_after_seconds=error.retry_after,
        request_id=error.request_id,
        operation=error.operation,
        fields=[_field(problem) for problem in error.fields],
    )


def arguments_failure(tool: str, error: InvalidArguments, hint: str | None = None) -> dict[str, Any]:
    """Return the structured result for arguments that do not fit; nothing was sent."""
    fields = [_field(problem) for problem in error.problems]
    message = f"{tool} cannot use these arguments: {error}"
    return failure("invalid_arguments", message, hint=hint, operation=tool, fields=fields)


def preview_too_long(name: str) -> dict[str, Any]:
    """Return the structured result for a write whose preview cannot show all of it."""
    return failure("invalid_arguments", _UNSHOWN, hint=_LESS_TEXT, operation=name)


def add_schema(failed: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Give a failed call of a tool that its caller was never shown the tool's input schema, where it failed
    over its arguments, so that nobody has to search for it."""
    if failed["error"]["fields"]:
        failed["error"]["input_schema"] = schema


def failure_text(structured: Mapping[str, Any]) -> str:
    """Return a failed call in one or two readable lines."""
    error = structured["error"]
    code = f" {error['code']}" if error["code"] is not None else ""
    trace = f" (request {error['request_id']})" if error["request_id"] else ""
    wait = f" Retry after {error['retry_after_seconds']:g} s." if error["retry_after_seconds"] else ""
    schema = f"\ninput_schema: {to_json(error['input_schema'])}" if "input_schema" in error else ""
    return f"{error['kind']}{code}: {error['message']}{trace}\n{error['hint']}{wait}{schema}"
