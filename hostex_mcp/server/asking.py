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

from hostex_mcp.events import Confirmed, emit

Verdict = Literal["accept", "decline", "cancel", "timeout"]

PATIENCE_SECONDS = 600.0

_FORM: dict[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is returned in place of a result; `state` comes back with the answer, which stands at
    `place` then."""

    message: str
    state: str
    place: str

    def result(self) -> InputRequiredResult:
        """The question in the form of the 2026-07-28 protocol."""
        params = ElicitRequestFormParams(message=self.message, requested_schema=_FORM)
        return InputRequiredResult(
            input_requests={self.place: ElicitRequest(params=params)}, request_state=self.state
        )


@dataclass(frozen=True, slots=True)
class Inquiry:
    """How one call can reach its person. `returned`: a question may be returned; `state` and `answers`, by
    their places, are what came back with one that was."""

    context: ServerRequestContext[Any] | None = None
    returned: bool = False
    state: str | None = None
    answers: Mapping[str, Verdict] = field(default_factory=dict[str, Verdict])

    @property
    def live(self) -> bool:
        """Whether the person can be asked while the call waits."""
        return self.context is not None and not self.returned

    @property
    def possible(self) -> bool:
        """Whether the person can be asked at all."""
        return self.live or self.returned

    async def ask(self, message: str) -> Verdict:
        """Ask now and wait for the answer, ten minutes at most. A client that fails to ask has declined
        nothing and confirmed nothing: that counts as cancelled."""
        emit(Confirmed("asked"))
        started = time.monotonic()
        verdict = await self._answer(message)
        emit(Confirmed(verdict, time.monotonic() - started))
        return verdict

    async def _answer(self, message: str) -> Verdict:
        if self.context is None:
            return "cancel"
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                return (await self.context.session.elicit_form(message, _FORM)).action
        except TimeoutError:
            return "timeout"
        except MCPError:
            return "cancel"


def inquiry_of(context: ServerRequestContext[Any], params: CallToolRequestParams) -> Inquiry:
    """What this call's client can do: be asked now, be handed a question, or neither."""
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    can_show_form = elicitation is not None and (elicitation.form is not None or elicitation.url is None)
    if not can_show_form:
        return Inquiry()
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return Inquiry(returned=True, state=params.request_state, answers=_answers(params.input_responses))
    return Inquiry(context) if context.session.can_send_request else Inquiry()


def _answers(responses: Mapping[str, Any] | None) -> dict[str, Verdict]:
    given = (responses or {}).items()
    return {place: answer.action for place, answer in given if isinstance(answer, ElicitResult)}
