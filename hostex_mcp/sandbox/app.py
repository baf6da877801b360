"""The sandbox as a whole: accounts, clock, and the ASGI application over both."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope
from starlette.types import Send as AsgiSend

from hostex_mcp.sandbox.control import Control
from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.oauth import OAuth
from hostex_mcp.sandbox.portal import PATH, STYLE_PATH, Portal, style
from hostex_mcp.sandbox.rest import PREFIX, RestApi
from hostex_mcp.sandbox.state import Accounts
from hostex_mcp.sandbox.tokens import TokenStore
from hostex_mcp.sandbox.webhook_calls import Send, WebhookCalls

Clock = Callable[[], datetime]

_SEED = 7


class Sandbox:
    """A simulated Hostex.

    `now` is its clock (aware, UTC). Without one it runs in real time, from noon UTC of `today` if given.
    The demo accounts are the same for the same day and time; `accounts` takes their place when given.
    Webhooks that are registered are called by `calls`, which gets address, headers and body and returns the
    status; without it none is.
    """

    def __init__(
        self,
        today: date | None = None,
        now: Clock | None = None,
        accounts: Accounts | None = None,
        calls: Send | None = None,
    ) -> None:
        self.clock = now or _clock_from(today)
        start = self.clock()
        self.accounts = accounts or build_accounts(today or start.date(), _SEED, start)
        tokens = TokenStore(self.accounts)
        self.oauth = OAuth(tokens, self.accounts.main)
        self.webhooks = WebhookCalls(self.accounts.each(), self.clock, calls)
        self._rest = RestApi(self.accounts, tokens, self.oauth, self.clock, after=self.webhooks.look)
        self.faults = self._rest.faults
        self.log = self._rest.log
        self.throttles = self._rest.throttles
        control = Control(self.faults, self.log, self.settle)
        portal = Route(PATH, Portal(self.oauth, self.clock).__call__, methods=["GET", "POST"])
        self._pages = Starlette(routes=[portal, Route(STYLE_PATH, style), *control.routes()])

    async def app(self, scope: Scope, receive: Receive, send: AsgiSend) -> None:
        """Serve ASGI; the REST API stands outside the page framework, whose wrappers hide the connection."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith(f"{PREFIX}/"):
            await self._rest(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    def settle(self) -> None:
        """Make every queued write take effect now."""
        for account in self.accounts.each():
            account.apply_due()


def _clock_from(today: date | None) -> Clock:
    if today is None:
        return lambda: datetime.now(UTC)
    noon, started = datetime.combine(today, time(12), UTC), datetime.now(UTC)
    return lambda: noon + (datetime.now(UTC) - started)
