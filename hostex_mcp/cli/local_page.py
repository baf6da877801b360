"""A page on this machine, on which its user decides on changes where their client cannot ask them."""

import asyncio
import atexit
import os
import platform
import secrets
import socket
import sys
import time
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from html import escape
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from anyio.to_thread import run_sync

from hostex_mcp.cli.logs import say
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.engine import Engine

_OPENING_SECONDS = 5.0
_PARTING_SECONDS = 2.0
_WAITS = "hostex-mcp: a change waits for you to approve or decline it: {}"
_LOOKED_AT_SECONDS = 300.0
_OPENED = "A page was opened in the browser of the user's machine; they decide there."
_JOINED = (
    "The page that was opened in the browser of the user's machine for an earlier change has it too, under "
    "All changes; they decide there. Tell them. It is opened anew once nobody has looked at it for five "
    "minutes."
)
_LINKED = "The user decides on a page of their own machine: {}"
_UNOPENED = (
    "No browser could be opened on the user's machine. The address of the page on which they decide is in "
    "the log of this server, which their client keeps; only they should open it."
)

OpenBrowser = Callable[[str], bool]


class LocalPage:
    """The page on a port of this machine, there from the first change that waits. Its address holds a secret:
    it is opened in the user's browser, or told on standard error where there is none; `told` says whether
    it may also be in the answers that the model reads. However many changes wait, there is one tab: another
    is opened only once nothing else waits, or nobody has looked at the page for five minutes."""

    present = True

    def __init__(
        self,
        *,
        told: bool = False,
        open_browser: OpenBrowser | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._told = told
        self._clock = clock
        self._looked_at: float | None = None
        self._joined: set[str] = set()
        self._open_browser = open_browser or open_in_browser
        self._engine: Engine | None = None
        self._secret = secrets.token_urlsafe(24)
        self._origin: str | None = None
        self._server: Any = None
        self._serving: asyncio.Task[None] | None = None
        self._sentences: dict[str, str] = {}

    def serve(self, engine: Engine) -> None:
        """Take the engine whose changes are shown."""
        self._engine = engine

    def address(self, change: PendingChange) -> str:
        """Return where the person decides. Whoever asks shows it to them."""
        self._sentences.setdefault(change.id, self._sentence(change, opened=True))
        return self._url(change)

    async def invite(self, change: PendingChange) -> str:
        """Open the page, unless it has been opened for this change or is there for another one, and return a
        sentence that says where the user decides."""
        if change.id not in self._sentences:
            if await self._joins(change):
                return self._linked(change) or _JOINED
            self._sentences[change.id] = self._sentence(change, await self._show(change))
        return self._sentences[change.id]

    def home(self, look: str) -> str:
        """Return where the person looks at the account."""
        return f"{self._origin or self._start()}/{self._secret}/home/{look}"

    async def open(self, url: str) -> bool:
        """Open an address of this page in the user's browser; False where there is none."""
        return await self._opened(url)

    async def _joins(self, change: PendingChange) -> bool:
        """Whether the page is there for another change that waits, and has been looked at just now."""
        now = self._clock()
        if self._looked_at is None or now - self._looked_at >= _LOOKED_AT_SECONDS:
            # At once, so that of changes that come together only the first opens it.
            self._looked_at = now
            return False
        if change.id in self._joined or await self._others(change):
            self._joined.add(change.id)
            return True
        return False

    async def _others(self, change: PendingChange) -> bool:
        """Whether other changes wait."""
        changes = await self._engine.changes() if self._engine else ()
        return any(other.open and other.id != change.id for other in changes)

    async def _show(self, change: PendingChange) -> bool:
        """Open the page of a change, or of all where others wait too; False where there is no browser."""
        url = self._url(change)
        opened = await self._opened(url.rpartition("/")[0] if await self._others(change) else url)
        if not opened:
            self._looked_at = None
            await run_sync(say, _WAITS.format(url))
        return opened

    def _note_look(self) -> None:
        self._looked_at = self._clock()

    async def aclose(self) -> None:
        """Stop serving, once what was approved has been made."""
        if self._server and self._serving:
            self._server.should_exit = True
            if self._engine:
                await self._engine.settled()
            await asyncio.wait({self._serving}, timeout=_PARTING_SECONDS)
            # A browser may keep connections that it does not use.
            self._server.force_exit = True
            with suppress(asyncio.CancelledError):
                await self._serving

    def _sentence(self, change: PendingChange, opened: bool) -> str:
        return self._linked(change) or (_OPENED if opened else _UNOPENED)

    def _linked(self, change: PendingChange) -> str:
        return _LINKED.format(self._url(change)) if self._told else ""

    def _url(self, change: PendingChange) -> str:
        return f"{self._origin or self._start()}/{self._secret}/changes/{change.id}"

    async def _opened(self, url: str) -> bool:
        # Some systems wait for the browser to end.
        with anyio.move_on_after(_OPENING_SECONDS):
            return await run_sync(self._open_browser, url, abandon_on_cancel=True)
        return True

    def _start(self) -> str:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self._origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        # Loaded only here: most servers never show a page.
        local_app: Any = import_module("hostex_mcp.cli.local_app")
        pages = local_app.LocalPages(self._engine, self._secret, self._origin, self._note_look)
        self._server = local_app.server(pages.app)
        self._serving = asyncio.get_running_loop().create_task(self._server.serve([listener]))
        return self._origin


def open_in_browser(url: str) -> bool:
    """Open an address in the user's browser, where there is a screen to show it on."""
    # A browser of the terminal would write to standard output, which is the protocol's.
    screen = sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    try:
        return screen and webbrowser.open(_private(url) if platform.system() == "Darwin" else url)
    except (OSError, webbrowser.Error):
        return False


def _private(url: str) -> str:
    """Return the address of a file that leads to an address and that only this user can read."""
    # There, other users see the command line of a browser, and a page cannot tell whose a connection is.
    folder = TemporaryDirectory(prefix="hostex-mcp-")
    # A browser may read it late.
    atexit.register(folder.cleanup)
    page = Path(folder.name) / "change.html"
    page.write_text(f'<meta http-equiv="refresh" content="0; url={escape(url)}">', encoding="utf-8")
    return page.as_uri()
