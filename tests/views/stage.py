"""A small host for a view: a page with the view in a sandboxed frame, whose tools answer from the demo
account or as the test says."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.types import CallToolResult
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from hostex_mcp.views import document
from tests.support.clock import NOW, Clock

Json = dict[str, Any]
Answer = Callable[[Json], Json]

CAPABILITIES: Json = {
    "serverTools": {},
    "openLinks": {},
    "downloadFile": {},
    "message": {},
    "updateModelContext": {},
}
CONTEXT: Json = {
    "theme": "light",
    "locale": "en-GB",
    "timeZone": "Europe/Lisbon",
    "displayMode": "inline",
    "availableDisplayModes": ["inline", "fullscreen"],
}

_HOST = """
const frame = document.querySelector("iframe");
window.heard = [];
window.tell = (method, params) =>
  frame.contentWindow.postMessage({ jsonrpc: "2.0", method, params }, "*");
window.addEventListener("message", async ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  window.heard.push(data);
  if (data.id === undefined || data.method === undefined) return;
  const { id, method, params } = data;
  try {
    const result = JSON.parse(await window.answer(method, JSON.stringify(params)));
    source.postMessage({ jsonrpc: "2.0", id, result }, "*");
  } catch (error) {
    source.postMessage({ jsonrpc: "2.0", id, error: { code: -32000, message: String(error.message) } }, "*");
  }
});
"""


@dataclass
class Shown:
    """A view on the stage."""

    page: Page
    view: FrameLocator

    @property
    def heard(self) -> list[Json]:
        """The messages that the view has sent to its host."""
        return self.page.evaluate("window.heard")

    def tell(self, method: str, params: Json) -> None:
        """Send the view a notification."""
        self.page.evaluate("([method, params]) => window.tell(method, params)", [method, params])


@dataclass
class Stage:
    """Shows views. `answers` are those of tools that do not answer from the demo account, and `calls` the
    calls of tools that views made. Hostex's `clock` stands unless a test moves it."""

    browser: Browser
    engine: Engine
    portal: BlockingPortal
    clock: Clock
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    calls: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])
    contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])
    complaints: list[str] = field(default_factory=list[str])

    def call(self, tool: str, /, **arguments: Any) -> Json:
        """Return a tool's answer, as the protocol carries it."""
        if tool in self.answers:
            return self.answers[tool](arguments)
        result = self.portal.call(self.engine.call, tool, arguments, Elicitation(views=True))
        assert isinstance(result, CallToolResult)
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)

    def show(
        self,
        view: str,
        result: Json | None,
        *,
        arguments: Json | None = None,
        context: Mapping[str, Any] | None = None,
        capabilities: Json | None = None,
        width: int = 720,
        height: int = 900,
        scheme: str = "light",
        touch: bool = False,
    ) -> Shown:
        """Show a view with a tool's result, or still without one."""
        within = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=touch,
        )
        self.contexts.append(within)
        page = within.new_page()
        page.clock.set_fixed_time(NOW)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        started = {
            "protocolVersion": "2026-01-26",
            "hostInfo": {"name": "stage", "version": "1"},
            "hostCapabilities": CAPABILITIES if capabilities is None else capabilities,
            "hostContext": {**CONTEXT, "theme": scheme, **(context or {})},
        }

        def answer(method: str, params: str) -> str:
            return json.dumps(self._answer(method, json.loads(params), started))

        # Playwright does not say of what type its callbacks are.
        methodcaller("expose_function", "answer", answer)(page)
        page.set_content(
            "<!doctype html><style>body { margin: 0 } "
            "iframe { border: 0; width: 100vw; height: 100vh; display: block }</style>"
            '<iframe sandbox="allow-scripts allow-forms"></iframe>'
        )
        page.evaluate(_HOST)
        page.evaluate("(html) => { document.querySelector('iframe').srcdoc = html; }", document(view))
        page.wait_for_function("window.heard.some(({method}) => method === 'ui/notifications/initialized')")
        shown = Shown(page, page.frame_locator("iframe"))
        shown.tell("ui/notifications/tool-input", {"arguments": arguments or {}})
        if result is not None:
            shown.tell("ui/notifications/tool-result", result)
        return shown

    def _answer(self, method: str, params: Json, started: Json) -> Json:
        match method:
            case "ui/initialize":
                return started
            case "tools/call":
                self.calls.append((params["name"], params.get("arguments") or {}))
                return self.call(params["name"], **(params.get("arguments") or {}))
            case "ui/request-display-mode":
                return {"mode": params["mode"]}
            case _:
                return {}


@contextmanager
def staged(browser: Browser) -> Generator[Stage]:
    """A stage over a fresh demo account, on whose pages nothing may complain."""
    clock = Clock(NOW.replace(hour=6))
    sandbox = Sandbox(now=clock)
    client = HostexClient(
        WRITABLE, base_url="https://sandbox.invalid/v3", transport=httpx2.ASGITransport(app=sandbox.app)
    )
    selection = select(["all"])
    engine = Engine(selection, Context(client, selection.reachable, now=Clock()), "off")
    with start_blocking_portal() as portal:
        stage = Stage(browser, engine, portal, clock)
        yield stage
        for context in stage.contexts:
            context.close()
        portal.call(client.aclose)
    assert not stage.complaints
