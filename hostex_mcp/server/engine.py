"""The one path of every call of a tool, below all transports. Only protocol faults are raised past it."""

import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from anyio.lowlevel import checkpoint
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, CallToolResult, ContentBlock, InputRequiredResult, TextContent
from pydantic_core import to_jsonable_python

from hostex_mcp.api import Blocked, FieldProblem, HostexError, Unread, run_apart, unread
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.events import ToolForwarded, emit
from hostex_mcp.reads.channel_codes import bind_channels
from hostex_mcp.reads.empty_lists import why_empty
from hostex_mcp.reads.stay_lookup import resolve_codes
from hostex_mcp.server.answer import PreviewTooLong, answer, fit
from hostex_mcp.server.apps.views import CHANGE_VIEW, view_of
from hostex_mcp.server.asking import Elicitation, InputRequired
from hostex_mcp.server.audit import AuditLog
from hostex_mcp.server.changes.cards import SECRET, CardSecrets, ChangeCards, with_cards_of
from hostex_mcp.server.changes.deciding import Decision, Decisions
from hostex_mcp.server.changes.listing import change_log
from hostex_mcp.server.changes.pending import ChangeDesk, PendingChanges, change_named
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.confirmation import Confirmations, digest
from hostex_mcp.server.failures import (
    HINTS,
    add_schema,
    arguments_failure,
    failure,
    failure_text,
    hostex_failure,
    preview_too_long,
)
from hostex_mcp.server.preview import preview_in
from hostex_mcp.server.render import render
from hostex_mcp.server.sending import Plan, WriteCall
from hostex_mcp.server.summary import SLOW_SECONDS, Summary, summarise
from hostex_mcp.server.undoing import Seals, with_sealed_undo
from hostex_mcp.server.writes import Writes
from hostex_mcp.settings import Views
from hostex_mcp.toolkit.arguments import InvalidArguments, nearest
from hostex_mcp.toolkit.context import ChangeLog, Context
from hostex_mcp.toolkit.cursor import resume
from hostex_mcp.toolkit.local_dates import date_hint
from hostex_mcp.toolkit.patience import run_in_time
from hostex_mcp.toolkit.property_titles import Resolved, resolve_properties
from hostex_mcp.toolkit.readings import Readings, as_of_now
from hostex_mcp.toolkit.results import (
    CHANGE,
    CONFIRMING_PARAMETERS,
    CatalogueCall,
    Item,
    ListPage,
    PlannedWrite,
    Step,
    confirming,
)
from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools.catalogue import APP_TOOLS, CATALOGUE
from hostex_mcp.tools.selection import Selection

Outcome = dict[str, Any] | InputRequired
Result = ListPage[Any] | Item[Any] | PlannedWrite[Any] | CatalogueCall[Any]

_log = logging.getLogger(__name__)

_UNASKED = "Changes are made without asking anybody here, so that none can be prepared."
_IN_CHAT = "Ask for the change in the chat."
_NO_UNDO = "The previous state is not known for certain, so there is no undo."


class Engine:
    """The tools of one selection, served to one account. `confirm` says how consequential changes are
    confirmed, and `confirmations` which confirmations hold; `account` tells accounts apart without naming a
    token. A call that takes longer than `slow_seconds` is logged as a warning."""

    def __init__(
        self,
        selection: Selection,
        context: Context,
        confirm: str = "auto",
        account: str = "local",
        audit: AuditLog | None = None,
        confirmations: Confirmations | None = None,
        slow_seconds: float = SLOW_SECONDS,
        desk: ChangeDesk | None = None,
        views: Views = "on",
    ) -> None:
        self.selection = selection
        names = confirming(confirm, overseen=desk is not None and desk.oversight is not None)
        self.views: Views = views
        self.context = context = replace(context, confirming=names, changes=self._change_log)
        self._account = account
        self._confirm = confirm
        self._slow_seconds = slow_seconds
        confirmations = confirmations or Confirmations(context.now)
        self._seals = Seals(account, confirmations.keys)
        self._pending = PendingChanges(account, context.now, desk, context.pause)
        self._writes = Writes(account, confirm, context.now, audit, confirmations, self._pending)
        self._decisions = Decisions(
            self._pending, self._writes.sender, CATALOGUE.__getitem__, self._prepare_again
        )
        self._secrets = CardSecrets(account, confirmations.keys)
        if views == "on":
            cards = ChangeCards(self._secrets, self._pending, context.now, self._propose, self.decide)
            self.context = replace(context, cards=cards)

    async def call(
        self, name: str, arguments: Mapping[str, Any] | None, elicitation: Elicitation | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Run a tool and return its result, its structured error, or a question to the person.

        Raises:
            MCPError: -32602 when no tool has this name.
        """
        elicitation = self._with_card(name, elicitation or Elicitation())
        if name not in CATALOGUE and not (elicitation.views and name in APP_TOOLS):
            guess = nearest(name, CATALOGUE)
            hint = f"; did you mean {guess}?" if guess else ""
            raise MCPError(code=INVALID_PARAMS, message=f"Unknown tool: {one_line(name[:100])}{hint}")
        with summarise(name, self._slow_seconds) as summary:
            outcome = await self._outcome(name, arguments or {}, elicitation)
            _note(outcome, summary)
        if isinstance(outcome, InputRequired):
            return outcome.result()
        await checkpoint()
        outcome, text = await run_apart(outcome, _bound, name, outcome)
        failed = outcome.get("error")
        content: list[ContentBlock] = [TextContent(type="text", text=text)]
        return CallToolResult(
            content=content,
            structured_content=outcome,
            is_error=bool(failed),
            _meta=self._beside(outcome) if elicitation.card else None,
        )

    @property
    def cards(self) -> bool:
        """Whether a change that waits is shown on a card, on which a person may decide."""
        return self.views == "on" and self._confirm == "auto"

    def _with_card(self, name: str, elicitation: Elicitation) -> Elicitation:
        """Return how a call of a tool can reach its person, as far as views are served."""
        shown = elicitation.views and self.views != "off"
        carried = name in CATALOGUE and view_of(CATALOGUE[name]) == CHANGE_VIEW and self.cards
        return replace(
            elicitation, views=shown, card=shown and self.views == "on" and (carried or name in APP_TOOLS)
        )

    def _beside(self, outcome: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what a view is told beside a result about a change, which no model sees."""
        change_id = outcome.get(CHANGE) or outcome.get("change", {}).get("id")
        return {SECRET: self._secrets.of(change_id)} if change_id else None

    async def decide(
        self,
        change_id: str,
        approve: bool,
        by: str,
        *,
        seen: str = "",
        text: str | None = None,
        way: str = "page",
        owner: str | None = None,
    ) -> PendingChange:
        """Let a change through or not, for the person `by`, who saw the preview with the state digest `seen`,
        and may have edited a draft to `text`. An approved change is made before this returns. One that has
        moved since is not: it comes back with a new preview. One that was decided on before, or has expired,
        comes back as it is. What needs an owner is decided by the `owner` of that grant only.

        Raises:
            UnknownChange: no change of this account has this id.
            HostexError: it could not be worked out just now; nothing was sent, and it still waits.
            InvalidArguments: the edited text does not fit; likewise.
        """
        decision = Decision(by, way, self.context.now(), owner)
        return await self._decisions.decide(change_id, approve, decision, seen, text)

    async def change(self, change_id: str) -> PendingChange | None:
        """Return a change of this account as it stands now, None without one."""
        return await self._pending.find(change_id)

    async def changes(self) -> Sequence[PendingChange]:
        """Return the changes of this account that wait or were decided lately, the newest first."""
        return await self._pending.all()

    async def _change_log(self, full: bool) -> ChangeLog:
        return change_log(await self.changes(), self._pending.desk.extent, full)

    async def settled(self) -> None:
        """Wait until what was approved has been made."""
        async with self._writes.sender.alone:
            return

    async def _outcome(self, name: str, arguments: Mapping[str, Any], elicitation: Elicitation) -> Outcome:
        with unread() as lacking:
            try:
                return await self._run(name, arguments, elicitation)
            except InvalidArguments as error:
                failed = arguments_failure(name, error, await date_hint(self.context, arguments))
            except HostexError as error:
                failed = hostex_failure(error)
            except PreviewTooLong:
                failed = preview_too_long(name)
            except Exception:
                # The exception may quote a guest or a token, so that the caller gets the reference only.
                reference = uuid.uuid4().hex[:12]
                _log.exception("%s failed unexpectedly, reference %s", name, reference)
                message = f"{name} failed because of a bug in this server (reference {reference})."
                return failure("internal", message)
        return add_unread(failed, lacking)

    async def _run(self, name: str, given: Mapping[str, Any], elicitation: Elicitation) -> Outcome:
        tool = self.selection.reachable.get(name) or self.selection.for_views.get(name)
        if tool is None:
            return failure("blocked", f"{name} is not served here.", operation=name)
        # A view is a program: it says exactly what it means.
        given = given if name in APP_TOOLS else tool.interpret(given)
        if tool.writes:
            if change_id := change_named(given, elicitation):
                return await self._pending.follow(tool, given, change_id)
            return await self._writes.run(await self._prepare(tool, given, elicitation))
        arguments, step = resume(name, given, self._account) if tool.paged else (given, None)
        look = partial(self._look, tool, arguments, step, elicitation)
        bound, returned, notes = await as_of_now(await self.context.readings.of_call(), look)
        match returned:
            case CatalogueCall() as forward:
                return await self._forward(forward, elicitation)
            case ListPage() | Item() as result:
                if isinstance(result, ListPage) and not result.items and not result.more and step is None:
                    result.notes += await why_empty(self.context, name, bound)
                long = result.items if isinstance(result, ListPage) else result.data
                # What the tool worked out and its answer are pieces of their own.
                await checkpoint()
                structured = await run_apart(long, answer, tool, arguments, result, self._account)
                return with_notes(structured, notes)
            case PlannedWrite():
                raise TypeError(f"{name} is declared to read, but would write")

    async def _look(
        self,
        tool: Tool,
        arguments: Mapping[str, Any],
        step: Step | None,
        elicitation: Elicitation,
        readings: Readings,
    ) -> tuple[Mapping[str, Any], Result, list[str]]:
        """Run a reading tool, and return its arguments as they are meant, what it gives, and what to note."""
        context = replace(with_cards_of(self.context, elicitation), readings=readings)
        bound, run = await self._bind(tool, arguments, context, step)
        with unread() as lacking:
            returned = await run_in_time(tool.name, run)
        return bound, returned, [*lacking.notes(), *readings.notes()]

    async def _bind(
        self, tool: Tool, arguments: Mapping[str, Any], context: Context, step: Step | None = None
    ) -> tuple[Mapping[str, Any], Callable[[], Awaitable[Result]]]:
        """Return the arguments of a call as they are meant in this account, and its run."""
        bound = await bind_channels(context, partial(tool.bind, arguments, step))
        bound = await resolve_codes(context, bound)
        resolved = await resolve_properties(context, bound, tool.titled)
        bound = resolved.arguments
        return bound, partial(_run_noting, resolved, partial(tool.function, context, **bound))

    async def _prepare(self, tool: Tool, given: Mapping[str, Any], elicitation: Elicitation) -> WriteCall:
        """Return the call of a writing tool, ready to be worked out."""
        # Sealed texts first: what is bound, resolved and shown from here on is what will be written.
        opened = self._seals.open(tool.name, given)
        # Not by what was read before, which is for calls that only look.
        bound, run = await self._bind(tool, opened.arguments, self.context)
        plan = with_sealed_undo(tool, opened, with_unread_notes(tool, bound, cast("Plan", run)), self._seals)
        visible = {
            name: value for name, value in opened.arguments.items() if name not in CONFIRMING_PARAMETERS
        }
        # Whoever judges a change by its arguments needs numbers to be numbers, however they were written.
        meant = to_jsonable_python(bound, fallback=str)
        return WriteCall(tool, visible, meant, digest(meant), plan, elicitation, given)

    async def _propose(
        self, name: str, given: Mapping[str, Any], elicitation: Elicitation
    ) -> Mapping[str, Any]:
        """Have a write wait for a person, and return what a model would be answered."""
        if name not in CATALOGUE or not CATALOGUE[name].writes:
            raise InvalidArguments(FieldProblem("tool", "is not the name of a tool that changes something"))
        if self._confirm == "off":
            raise Blocked(_UNASKED, operation=name, hint=_IN_CHAT)
        call = await self._prepare_again(name, CATALOGUE[name].interpret(given))
        call.waits, call.elicitation = True, elicitation
        told = await self._writes.run(call)
        return {} if isinstance(told, InputRequired) else told

    async def _prepare_again(self, name: str, given: Mapping[str, Any]) -> WriteCall:
        tool = self.selection.reachable.get(name)
        if tool is None:
            raise Blocked(f"{name} is not served here.", operation=name, hint=HINTS["blocked"])
        return await self._prepare(tool, given, Elicitation())

    async def _forward(self, forward: CatalogueCall[Any], elicitation: Elicitation) -> Outcome:
        """Run the tool that a catalogue call names, if it is of the kind that call may run."""
        target = CATALOGUE.get(forward.name)
        if target is None or target.toolset == "core":
            problem = "is not a tool of the catalogue; find_tools searches it"
            raise InvalidArguments(FieldProblem("name", problem))
        if target.writes is not forward.writes:
            right = "call_write_tool" if target.writes else "call_read_tool"
            raise InvalidArguments(FieldProblem("name", f"has the effect {target.effect.value}; use {right}"))
        emit(ToolForwarded(forward.name))
        outcome = await self._outcome(forward.name, forward.arguments, elicitation)
        if isinstance(outcome, dict) and "error" in outcome:
            add_schema(outcome, target.input_schema_for(self.context.confirming))
        return outcome


async def _run_noting(resolved: Resolved, run: Callable[[], Awaitable[Result]]) -> Result:
    """Return the result of a tool, with the notes that its arguments call for.

    Raises:
        NotFound: one of its properties is not there, and the tool did not refuse that in words of its own.
    """
    result = await run()
    resolved.require_known()
    notes = resolved.notes
    if notes and isinstance(result, ListPage):
        result.notes[:0] = notes
    elif notes and isinstance(result, Item):
        result.data = {**result.data, "notes": [*notes, *result.data.get("notes", [])]}
    elif notes and isinstance(result, PlannedWrite):
        result.notes = [*notes, *result.notes]
        if result.preview:
            result.preview = replace(result.preview, warnings=[*notes, *result.preview.warnings])
    return result


def with_notes(result: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Return the same result with further notes behind its own."""
    return {**result, "notes": [*result.get("notes", []), *notes]} if notes else result


def add_unread(failed: dict[str, Any], lacking: Unread) -> dict[str, Any]:
    """Return the failure, with what Hostex sent in an unreadable form."""
    # What seems not to exist may be among the rows that could not be read.
    if lacking.left_out:
        failed["error"]["message"] += f" That may be because of this: {' '.join(lacking.notes())}"
    return failed


def with_unread_notes(
    tool: Tool, arguments: Mapping[str, Any], plan: Callable[[], Awaitable[PlannedWrite[Any]]]
) -> Callable[[], Awaitable[PlannedWrite[Any]]]:
    """Return the same plan, whose preview and result say what could not be read for it."""

    async def planned() -> PlannedWrite[Any]:
        with unread() as lacking:
            change = await plan()
        if lacking:
            notes = lacking.notes()
            preview = preview_in(tool, arguments, change)
            # The unread value may be the very one to go back to.
            if lacking.blank and change.undo:
                change.undo = None
                notes.append(_NO_UNDO)
            change.preview = replace(preview, warnings=[*preview.warnings, *notes])
            change.notes = [*change.notes, *notes]
        return change

    return planned


def _note(outcome: Outcome, summary: Summary) -> None:
    """Set in the summary of a call how it ended."""
    if isinstance(outcome, InputRequired):
        summary.outcome = "asked"
        return
    failed = outcome.get("error")
    summary.outcome = failed["kind"] if failed else outcome.get("status", "ok")
    ids = [failed["request_id"]] if failed else outcome.get("receipt", {}).get("request_ids", ())
    summary.request_ids.extend(request_id for request_id in ids if request_id)


def _bound(name: str, outcome: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the result of a call, bounded, and its text."""
    if "error" in outcome:
        return fit(outcome, failure_text)
    if name in APP_TOOLS:
        # Its view gets all of it; in words it would be for nobody.
        return outcome, APP_TOOLS[name].title
    try:
        return fit(outcome, CATALOGUE[name].text or render)
    except PreviewTooLong:
        return fit(preview_too_long(name), failure_text)
