"""The lines of standard input, bounded before anything reads them."""

import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import BinaryIO, Self, cast

from anyio.to_thread import run_sync
from pydantic_core import from_json

from hostex_mcp.server.bulk import MOST_BYTES, Bulky, require_bounded
from hostex_mcp.server.messages import NoMessage, as_meant

_LONGEST_START = 1_000
_STEP = 64 * 1024
_ID = rb'"id"\s*:\s*(-?\d{1,15}|"[^"\\]{1,200}")\s*'
_MEMBER = rb'"(?:jsonrpc|method)"\s*:\s*"[^"\\]*"\s*'
_AT_START = re.compile(rb"\s*\{\s*(?:" + _MEMBER + rb",\s*)*" + _ID + rb"[,}]")
_AT_END = re.compile(rb",\s*" + _ID + rb"(?:,\s*" + _MEMBER + rb")*\}\s*\Z")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is not read further: why, and the id of its request where that stands outside."""

    reason: str
    id: int | str | None


class Lines:
    """Lines of text for the SDK's reader. One that is too long or too deep, or whose JSON is no message, goes
    to `refuse`, and the next is read; of the rest of a long line nothing is kept."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.refuse: Callable[[Refusal], Awaitable[None]] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while line := await run_sync(self._line, abandon_on_cancel=True):
            if isinstance(line, str):
                return line
            if self.refuse:
                await self.refuse(line)
        raise StopAsyncIteration

    def _line(self) -> str | Refusal:
        line = self._stream.readline(MOST_BYTES + 1)
        if len(line) > MOST_BYTES and not line.endswith(b"\n"):
            return Refusal(_TOO_LONG, _id_in(line[:_LONGEST_START], self._rest()))
        try:
            require_bounded(line)
        except Bulky as error:
            number = _id_in(line[:_LONGEST_START], line[-_LONGEST_START:])
            return Refusal(f"This line is not read: {error}.", number)
        try:
            return _as_meant(line)
        except NoMessage as error:
            return Refusal(str(error), error.id)

    def _rest(self) -> bytes:
        """The end of a line that is passed over."""
        end = b""
        while step := self._stream.readline(_STEP):
            end = (end + step)[-_LONGEST_START:]
            if step.endswith(b"\n"):
                break
        return end


_TOO_LONG = f"This line is longer than {MOST_BYTES // 1024} KiB."


def _as_meant(line: bytes) -> str:
    """A line as text; what pydantic cannot read is as it came."""
    text = line.decode(errors="replace")
    try:
        content = cast("object", from_json(line))
    except ValueError:
        return text
    meant = as_meant(content)
    return text if meant is content else json.dumps(meant)


def _id_in(start: bytes, end: bytes) -> int | str | None:
    """The id of a request, which clients write before or after everything else."""
    found = _AT_START.match(start) or _AT_END.search(end)
    return json.loads(found[1]) if found else None


def own_input() -> BinaryIO:
    """The input of this process for the protocol alone: what else reads it, a child process too, finds it at
    its end."""
    own, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return os.fdopen(own, "rb", closefd=False)
