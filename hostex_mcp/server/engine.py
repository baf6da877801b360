"""Runs tools: the one path of every call, below all transports. Only protocol faults are raised past it."""

import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any

from mcp import MCPError
from mcp.types import INVALID_PARAMS, CallToolResult, TextContent

from hostex_mcp.api import HostexError
from hostex_mcp.server.answer import answer, done
from hostex_mcp.server.failures import arguments_failure, failure, failure_text, hostex_failure
from hostex_mcp.server.render import render
from hostex_mcp.tools.arguments import InvalidArguments, Problem, nearest
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.cursor import resume
from hostex_mcp.tools.results import Change, Forward
from hostex_mcp.tools.selection import Selection
from hostex_mcp.tools.titles import resolve_titles
from hostex_mcp.tools.tool import Effect, Tool

_NO_CONFIRMATION = (
    "This version cannot ask for confirmation yet. The operator may start the server with --confirm off."
)
_log = logging.getLogger(__name__)


class Engine:
    """Serves the tools of one selection to one account. `confirm` says how weighty changes are confirmed."""

    def __init__(self, selection: Selection, context: Context, confirm: str = "auto") -> None:
        self.selection = selection
        self._context = context
        self._confirm = confirm

    async def call(self, name: str, arguments: Mapping[str, Any] | None) -> CallToolResult:
        """Run a tool and give its result, or its structured error.

        Raises:
            MCPError: -32602 when no tool has this name.
        """
        started = time.perf_counter()
        structured = await self._outcome(name, arguments or {})
        failed = structured.get("error")
        kind = failed["kind"] if failed else "ok"
        _log.info("%s %s %.0f ms", name, kind, 1000 * (time.perf_counter() - started))
        text = failure_text(structured) if failed else render(structured)
        return CallToolResult(
            content=[TextContent(type="text", text=text)],
            structured_content=structured,
            is_error=bool(failed),
        )

    async def _outcome(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        if name not in CATALOGUE:
            guess = nearest(name, CATALOGUE)
            hint = f"; did you mean {guess}?" if guess else ""
            raise MCPError(code=INVALID_PARAMS, message=f"Unknown tool: {name[:100]}{hint}")
        try:
            return await self._run(name, given)
        except InvalidArguments as error:
            return arguments_failure(name, error)
        except HostexError as error:
            return hostex_failure(error)
        except Exception:
            reference = uuid.uuid4().hex[:12]
            _log.exception("%s failed unexpectedly, reference %s", name, reference)
            message = f"{name} failed through a fault of this server (reference {reference})."
            return failure("internal", message)

    async def _run(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        tool = self.selection.reachable.get(name)
        if tool is None:
            return failure("blocked", f"{name} is not served here.", operation=name)
        arguments, offsets = resume(name, given) if tool.paged else (given, None)
        bound = await resolve_titles(self._context, tool.bind(arguments, offsets), tool.titled)
        match await tool.function(self._context, **bound):
            case Forward() as forward:
                return await self._forward(forward)
            case Change() as change:
                return await self._commit(tool, change)
            case result:
                return answer(tool, arguments, result)

    async def _forward(self, forward: Forward[Any]) -> dict[str, Any]:
        """Run the tool that a catalogue call names, if it is of the kind that call may run."""
        target = CATALOGUE.get(forward.name)
        if target is None or target.toolset == "core":
            raise InvalidArguments(Problem("name", "is not a tool of the catalogue; find_tools searches it"))
        if (target.effect is Effect.READ) is forward.writes:
            right = "call_read_tool" if forward.writes else "call_write_tool"
            raise InvalidArguments(Problem("name", f"has the effect {target.effect.value}; use {right}"))
        return await self._outcome(forward.name, forward.arguments)

    async def _commit(self, tool: Tool, change: Change[Any]) -> dict[str, Any]:
        if tool.effect is Effect.CONSEQUENTIAL and self._confirm != "off":
            return failure(
                "blocked", f"{tool.name} needs a confirmation.", hint=_NO_CONFIRMATION, operation=tool.name
            )
        result = await change.send()
        receipt = {"tool": tool.name, "at": self._context.now().isoformat(timespec="seconds")}
        return done(result, change.undo, receipt)
