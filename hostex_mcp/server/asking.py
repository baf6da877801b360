"""Asking the person at the client, in the way its protocol era allows."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    CallToolRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from hostex_mcp.domain.guest_text import one_line
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
    `place` then. With an `address` the person is asked to open that."""

    message: str
    state: str
    place: str
    address: str | None = None

    def result(self) -> InputRequiredResult:
        """Return the question in the form of the 2026-07-28 protocol."""
        params = (
            ElicitRequestURLParams(message=self.message, url=self.address)
            if self.address
            else ElicitRequestFormParams(message=self.message, requested_schema=_FORM)
        )
        return InputRequiredResult(
            input_requests={self.place: ElicitRequest(params=params)}, request_state=self.state
        )


@dataclass(frozen=True, slots=True)
class Elicitation:
    """How one call of an `app`, which `began` then, can reach its person. `returned`: a question may be
    returned; `state` and `answers`, by their places, are what came back with one that was. `opens`: the
    client shows no questions, but addresses to open. `here`: the person is at the page already. `views`: it
    shows views, and a `card` of this call's change, on which the person decides."""

    context: ServerRequestContext[Any] | None = None
    returned: bool = False
    opens: bool = False
    here: bool = False
    views: bool = False
    card: bool = False
    app: str = ""
    state: str | None = None
    answers: Mapping[str, ElicitAction] = field(default_factory=dict[str, ElicitAction])
    began: float = field(default_factory=time.monotonic)

    @property
    def live(self) -> bool:
        """Whether the person can be asked while the call waits."""
        return self.context is not None and not self.returned and not self.opens

    async def ask(self, message: str) -> ElicitAction:
        """Ask now and wait for the answer, while the client still waits for the call: an unanswered question
        is then withdrawn, and an answer that comes later is dropped."""
        emit(Confirmed("asked"))
        started = time.monotonic()
        action = await self._answer(message, self.began + PATIENCE_SECONDS - started)
        emit(Confirmed(action, time.monotonic() - started))
        return action

    async def show(self, message: str, address: str, change_id: str) -> None:
        """Have the person open an address, if they like, while the call waits."""
        if self.context is None:
            return
        emit(Confirmed("asked"))
        with suppress(TimeoutError, MCPError, ValidationError), anyio.fail_after(self.seconds_left):
            await self.context.session.elicit_url(message, address, change_id)

    @property
    def seconds_left(self) -> float:
        """How long the client still waits for the call."""
        return max(self.began + PATIENCE_SECONDS - time.monotonic(), 0)

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
    """Return what this call's client can do: be asked now, be handed a question, open an address, or none of
    these."""
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    app = _app(context)
    if elicitation is None:
        return Elicitation(app=app)
    # A capability without members means forms: it is older than the difference between form and url.
    opens = elicitation.form is None and elicitation.url is not None
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        answers = _answers(params.input_responses)
        return Elicitation(returned=True, opens=opens, app=app, state=params.request_state, answers=answers)
    if context.session.can_send_request:
        return Elicitation(context, opens=opens, app=app)
    return Elicitation(app=app)


def _app(context: ServerRequestContext[Any]) -> str:
    """Return the name that a client gives itself."""
    client = context.session.client_params
    return one_line(client.client_info.title or client.client_info.name) if client else ""


def _answers(responses: Mapping[str, Any] | None) -> dict[str, ElicitAction]:
    items = (responses or {}).items()
    return {place: _action(answer) for place, answer in items if isinstance(answer, ElicitResult)}


def _action(answer: ElicitResult) -> ElicitAction:
    """Return what an answer means: a form that is sent with the box cleared is a no."""
    box = (answer.content or {}).get(_BOX, True)
    return "decline" if answer.action == "accept" and box not in (True, "true") else answer.action
