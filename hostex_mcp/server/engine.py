"""Runs tools: the one path of every call, below all transports. Only protocol faults are raised past it."""

import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any

from mcp import MCPError
from mcp.types import INVALID_PARAMS, CallToolResult, TextContent

from hostex_mcp.api import HostexError
from hostex_mcp.server.answer import answer
from hostex_mcp.server.failures import arguments_failure, failure, failure_text, hostex_failure
from hostex_mcp.server.render import render
from hostex_mcp.tools.arguments import InvalidArguments, nearest
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.cursor import resume
from hostex_mcp.tools.selection import Selection
from hostex_mcp.tools.tool import Tool

_log = logging.getLogger(__name__)


class Engine:
    """Serves the tools of one selection to one account."""

    def __init__(self, selection: Selection, context: Context) -> None:
        self.selection = selection
        self._context = context

    async def call(self, name: str, arguments: Mapping[str, Any] | None) -> CallToolResult:
        """Run a tool and give its result, or its structured error.

        Raises:
            MCPError: -32602 when no tool has this name.
        """
        tool = self.selection.reachable.get(name)
        if tool is None:
            return _refused(name)
        started = time.perf_counter()
        structured = await self._outcome(tool, arguments or {})
        failed = structured.get("error")
        kind = failed["kind"] if failed else "ok"
        _log.info("%s %s %.0f ms", name, kind, 1000 * (time.perf_counter() - started))
        text = failure_text(structured) if failed else render(structured)
        return CallToolResult(
            content=[TextContent(type="text", text=text)],
            structured_content=structured,
            is_error=bool(failed),
        )

    async def _outcome(self, tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
        try:
            arguments, offsets = resume(tool.name, given) if tool.paged else (given, None)
            result = await tool.function(self._context, **tool.bind(arguments, offsets))
            return answer(tool, arguments, result)
        except InvalidArguments as error:
            return arguments_failure(tool.name, error)
        except HostexError as error:
            return hostex_failure(error)
        except Exception:
            reference = uuid.uuid4().hex[:12]
            _log.exception("%s failed unexpectedly, reference %s", tool.name, reference)
            message = f"{tool.name} failed through a fault of this server (reference {reference})."
            return failure("internal", message)


def _refused(name: str) -> CallToolResult:
    """The answer for a tool that is not served: an error to read if it exists, else a protocol fault."""
    if name not in CATALOGUE:
        guess = nearest(name, CATALOGUE)
        hint = f"; did you mean {guess}?" if guess else ""
        raise MCPError(code=INVALID_PARAMS, message=f"Unknown tool: {name[:100]}{hint}")
    structured = failure("blocked", f"{name} is not served here.", operation=name)
    text = failure_text(structured)
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=structured, is_error=True
    )
