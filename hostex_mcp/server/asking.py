"""Asking the person at the client, in the way its protocol era allows."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio
from mcp import MCPError
from mcp.server.context import ServerRequestContext
from mcp.types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from hostex_mcp.events import Confirmed, emit

ElicitAction = Literal["accept", "decline", "cancel", "timeout", "failed"]

# Most clients give a call a minute, the reads before and the write after the question included.
PATIENCE_SECONDS = 50.0

_BOX = "confirm"
# Some clients say yes to an empty form by themselves where their user switched approvals off.
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {_BOX: {"type": "boolean", "title": "Do it", "default": True}},
}

_UNCONFIRMED: Mapping[ElicitAction, str] = {
    "decline": "the client answered no",
    "cancel": "the client closed the question without an answer",
    "timeout": f"no answer came within {PATIENCE_SECONDS:.0f} seconds and the question was withdrawn",
    "failed": "the client said it could ask, but could not",
}
_NOBODY_ASKED = (
    "If the user said no, leave it. If they were shown no question, this client answers for its user and "
    "cannot confirm changes: the user can make this one from a client that shows questions, or with "
    "`hostex-mcp call {tool}` in a terminal; or whoever runs this server can set HOSTEX_MCP_CONFIRM=token "
    "(--confirm token), so that the call returns a preview to show the user and a token."
)


def unconfirmed_result(tool: str, action: ElicitAction) -> dict[str, Any]:
    """Return the structured result of a write that nobody agreed to, as far as its client says, with the ways
    out."""
    note = f"Not confirmed: {_UNCONFIRMED[action]}. It may be that nobody was asked. Nothing was changed."
    way_out = _NOBODY_ASKED.format(tool=tool)
    return {"status": "declined", "reason": action, "notes": [note], "next_step": way_out}


@dataclass(frozen=True, slots=True)
class InputRequired:
    """A question that is returned in place of a result; `state` comes back with the answer, which stands at
    `place` then."""

    message: str
    state: str
    place: str

    def result(self) -> InputRequiredResult:
        """Return the question in the form of the 2026-07-28 protocol."""
        params = ElicitRequestFormParams(message=self.message, requested_schema=_FORM)
        return InputRequiredResult(
            input_requests={self.place: ElicitRequest(params=params)}, request_state=self.state
        )


@dataclass(frozen=True, slots=True)
class Elicitation:
    """How one call, which `began` then, can reach its person. `returned`: a question may be returned; `state`
    and `answers`, by their places, are what came back with one that was."""

    context: ServerRequestContext[Any] | None = None
    returned: bool = False
    state: str | None = None
    answers: Mapping[str, ElicitAction] = field(default_factory=dict[str, ElicitAction])
    began: float = field(default_factory=time.monotonic)

    @property
    def live(self) -> bool:
        """Whether the person can be asked while the call waits."""
        return self.context is not None and not self.returned

    @property
    def possible(self) -> bool:
        """Whether the person can be asked at all."""
        return self.live or self.returned

    async def ask(self, message: str) -> ElicitAction:
        """Ask now and wait for the answer, while the client still waits for the call: an unanswered question
        is then withdrawn, and an answer that comes later is dropped."""
        emit(Confirmed("asked"))
        started = time.monotonic()
        action = await self._answer(message, self.began + PATIENCE_SECONDS - started)
        emit(Confirmed(action, time.monotonic() - started))
        return action

    async def _answer(self, message: str, seconds: float) -> ElicitAction:
        if self.context is None:
            return "failed"
        try:
            with anyio.fail_after(max(seconds, 0)):
                return _action(await self.context.session.elicit_form(message, _FORM))
        except TimeoutError:
            return "timeout"
        # The client refused, or answered in a form that is not the protocol's.
        except (MCPError, ValidationError):
            return "failed"


def elicitation_of(context: ServerRequestContext[Any], params: CallToolRequestParams) -> Elicitation:
    """Return what this call's client can do: be asked now, be handed a question, or neither."""
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    can_show_form = elicitation is not None and (elicitation.form is not None or elicitation.url is None)
    # A capability without members means forms: it is older than the difference between form and url.
    if not can_show_form:
        return Elicitation()
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return Elicitation(
            returned=True, state=params.request_state, answers=_answers(params.input_responses)
        )
    return Elicitation(context) if context.session.can_send_request else Elicitation()


def _answers(responses: Mapping[str, Any] | None) -> dict[str, ElicitAction]:
    items = (responses or {}).items()
    return {place: _action(answer) for place, answer in items if isinstance(answer, ElicitResult)}


def _action(answer: ElicitResult) -> ElicitAction:
    """Return what an answer means: a form that is sent with the box cleared is a no."""
    box = (answer.content or {}).get(_BOX, True)
    return "decline" if answer.action == "accept" and box not in (True, "true") else answer.action
