"""A write of one account: worked out, put into the audit trail, and sent once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import anyio

from hostex_mcp.api import Blocked, Pace, receipts
from hostex_mcp.domain.guest_text import fence_labels
from hostex_mcp.server.answer import done_result, unchanged_result
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.audit import AuditLog, Line, describe_change
from hostex_mcp.server.confirmation import Binding, Confirmations, digest
from hostex_mcp.server.preview import preview_of
from hostex_mcp.toolkit.results import PlannedWrite
from hostex_mcp.toolkit.tool import Tool

Plan = Callable[[], Awaitable[PlannedWrite[Any]]]

_UNRECORDED = "Every change is recorded before it is made, and this one could not be. Nothing was changed."
_MAKE_ROOM = "The operator of this server has to make HOSTEX_MCP_AUDIT_LOG writable: is its disk full?"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class WriteCall:
    """A call of a writing tool: its arguments as they were given and as they are `meant`, with a digest of
    that, how to work out the change, and whom to ask; `given` are the arguments with their sealed texts still
    sealed. One that `waits` is decided on by a person, however light it is. What is `shown`, its digest
    `preview`, what is `changed`, `confirmed`, the `decision` on a pending change, and the `line` of the audit
    trail are filled in on the way."""

    tool: Tool
    arguments: Mapping[str, Any]
    meant: Mapping[str, Any]
    arguments_digest: str
    plan: Plan
    elicitation: Elicitation = field(default_factory=Elicitation)
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    waits: bool = False
    shown: Mapping[str, Any] | None = None
    preview: str | None = None
    changed: str | None = None
    confirmed: str | None = None
    decision: Mapping[str, str] = field(default_factory=dict[str, str])
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class PreviewedWrite:
    """A write as it stands now: its arguments as they are `meant`, what would be sent, its preview, and what
    a confirmation is bound to."""

    tool: Tool
    meant: Mapping[str, Any]
    change: PlannedWrite[Any]
    preview: Mapping[str, Any]
    binding: Binding


class Sender:
    """Sends the writes of one account. `alone` is held between a look at what a confirmation was given for
    and its use: nothing else may change it meanwhile."""

    def __init__(
        self, account: str, now: Callable[[], datetime], audit: AuditLog, confirmations: Confirmations
    ) -> None:
        self._account = account
        self._now = now
        self._audit = audit
        self._fingerprint = confirmations.fingerprint
        self.alone = asyncio.Lock()

    async def draft(self, call: WriteCall) -> PreviewedWrite:
        """Work a write out."""
        pace = Pace()
        with fence_labels() as labels:
            change = await call.plan()
            await pace.rest()
            preview = preview_of(call.tool, call.arguments, change)
        await pace.rest()
        call.shown, call.changed = preview, describe_change(preview)
        await pace.rest()
        call.preview = digest([preview, change.undo.arguments if change.undo else None], labels)
        binding = Binding(self._account, call.tool.name, call.arguments_digest, call.preview)
        return PreviewedWrite(call.tool, call.meant, change, preview, binding)

    async def send(self, call: WriteCall, change: PlannedWrite[Any]) -> dict[str, Any]:
        """Send a write, once, whatever becomes of its caller.

        Raises:
            Blocked: it cannot be put into the audit trail, so nothing is sent.
            HostexError: sending it failed.
        """
        if change.already:
            return unchanged_result(change.already)
        if call.shown is None:
            call.shown = preview_of(call.tool, call.arguments, change)
            call.changed = describe_change(call.shown)
        self.announce(call)
        with receipts() as ids, shielded():
            result = await change.send()
        receipt = {
            "tool": call.tool.name,
            "at": self._now().isoformat(timespec="seconds"),
            "request_ids": ids,
            **({"confirmed": call.confirmed, **call.decision} if call.decision else {}),
        }
        return done_result(result, change.undo, receipt, change.notes)

    def announce(self, call: WriteCall) -> None:
        """Put into the audit trail that a write is about to be sent.

        Raises:
            Blocked: that cannot be, so nothing is sent.
        """
        try:
            call.line = call.line or self._audit.reserve(**self._entry(call, "sending"))
        except OSError as error:
            _log.error("The audit trail cannot be written: %s", error.strerror or error)
            raise Blocked(_UNRECORDED, operation=call.tool.name, hint=_MAKE_ROOM) from None

    def record(self, call: WriteCall, outcome: str, request_ids: Sequence[str]) -> None:
        """Put into the audit trail how a call ended."""
        try:
            self._audit.record(call.line, **self._entry(call, outcome), request_ids=request_ids)
        except OSError as error:
            _log.error("An outcome, %s, is not in the audit trail: %s", outcome, error.strerror or error)

    def _entry(self, call: WriteCall, outcome: str) -> dict[str, Any]:
        people = dict(call.decision)
        change_id = people.pop("change_id", None)
        return {
            "time": self._now().isoformat(timespec="milliseconds"),
            "account": self._account,
            "tool": call.tool.name,
            "changed": call.changed,
            "arguments": self._fingerprint(call.arguments_digest),
            "preview": call.preview and self._fingerprint(call.preview),
            "confirmed": call.confirmed,
            "change": change_id and self._fingerprint(change_id),
            **people,
            "outcome": outcome,
        }


@contextmanager
def shielded() -> Generator[None]:
    """Wait for a write that was sent though its caller may be gone."""
    # The outcome has to be known and kept: the same confirmation may be presented again.
    with anyio.CancelScope(shield=True):
        yield
