"""The pages of changes for the person at this machine, behind an address that only they are given."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import parse_qsl

from mcp.types import InputRequiredResult
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from uvicorn import Config, Server

from hostex_mcp.api import HostexError
from hostex_mcp.cli.local_home import LocalHome
from hostex_mcp.cli.local_user import BY, is_another_user
from hostex_mcp.http.serving import speaking
from hostex_mcp.http.transport.crowd import Crowd
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import ASSETS, HEADERS, asset, error_page
from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.changes.deciding import UnknownChange
from hostex_mcp.server.changes.pages import Frame, change_page, list_page
from hostex_mcp.server.changes.pending import change_in
from hostex_mcp.server.changes.record import PendingChange
from hostex_mcp.server.changes.view import ChangeView, Reader, change_view, change_views, undo_of
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.arguments import InvalidArguments

_MOST_CONNECTIONS = 40
_GRACE_SECONDS = 30

_MOST_BYTES, _MOST_FIELDS = 200_000, 400
_ELSEWHERE = "This form was not sent from the page of this server. Nothing was changed."
_NOT_HERE = "There is no such change here", "It may be older than a week, or the server was started again."
_EMPTY = FormProblem("Write a message, or decline", "An empty message cannot be sent.", "text")
_WAITS = "Nothing was changed, and it still waits for you. Wait a minute and try again."
# Nobody else reads these pages.
_READER = Reader(asked=lambda change: True)
_NO_UNDO = FormProblem("There is nothing to undo here", "Nothing was changed.")


Page = Callable[[Request], Awaitable[Response]]


class _Undecided(Exception):
    """A decision could not be carried out; nothing was sent, and the change still waits."""

    def __init__(self, problem: FormProblem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class LocalPages:
    """The pages of one engine. Whoever has the `secret` of their address may decide, so that it goes to the
    person's browser only; it stands in the path, as other servers of this machine would be sent a cookie.
    `looked` is called when the person looks at a page."""

    def __init__(self, engine: Engine, secret: str, origin: str, looked: Callable[[], None]) -> None:
        self._engine = engine
        self._looked = looked
        self._host = origin.removeprefix("http://")
        self._origin = origin
        self._port = int(origin.rpartition(":")[2])
        self._key = secrets.token_bytes(32)
        self._base = f"/{secret}/changes"
        self._home = f"/{secret}/home" if engine.views != "off" else ""
        home = LocalHome(engine, f"/{secret}", self._mac)
        self.app = Starlette(
            routes=[
                Route(self._base, self._guarded(self._list), methods=["GET"]),
                Route(self._base, self._guarded(self._decide_several), methods=["POST"]),
                Route(f"{self._base}/{{change_id}}", self._guarded(self._show), methods=["GET"]),
                Route(f"{self._base}/{{change_id}}", self._guarded(self._act), methods=["POST"]),
                *(Route(path, self._guarded(page), methods=[method]) for method, path, page in home.pages()),
                Route("/connect/{name}", self._guarded(_asset), methods=["GET"]),
            ],
            exception_handlers={HTTPException: _problem},
        )

    def _guarded(self, page: Page) -> Page:
        """Return a page that only this very address leads to, and whose forms come from nowhere else."""

        async def guarded(request: Request) -> Response:
            # Another name for this address would let the pages of a website read it.
            if request.headers.get("host") != self._host:
                raise HTTPException(404)
            # Everybody on this machine can read the command lines of browsers, and the address in them.
            if request.client and is_another_user(request.client.port, self._port):
                raise HTTPException(404)
            if request.method == "POST" and not self._from_here(request):
                raise HTTPException(403, _ELSEWHERE)
            return await page(request)

        return guarded

    def _from_here(self, request: Request) -> bool:
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        return origin == self._origin and site in (None, "same-origin")

    async def _list(self, request: Request, problem: FormProblem | None = None) -> Response:
        self._looked()
        changes = change_views(await self._engine.changes(), self._engine.context.now())
        waiting = [change for change in changes if change.open]
        recent = [change for change in changes if not change.open]
        return list_page(waiting, recent, self._frame(), problem)

    async def _show(self, request: Request) -> Response:
        return await self._page(await self._find(request.path_params["change_id"]))

    async def _decide_several(self, request: Request) -> Response:
        form = await _form(request)
        try:
            for ticket in form.get("change", []):
                change_id, seen = self._redeem(ticket)
                await self._decide(change_id, seen, _approves(form), None)
        except _Undecided as error:
            return await self._list(request, error.problem)
        return RedirectResponse(self._base, 303, HEADERS)

    async def _act(self, request: Request) -> Response:
        form = await _form(request)
        change = await self._find(request.path_params["change_id"])
        change_id, seen = self._redeem(_only(form, "change"))
        if change_id != change.id:
            raise HTTPException(403, _ELSEWHERE)
        text = _only(form, "text").replace("\r\n", "\n") if "text" in form else None
        try:
            if form.get("decision") == ["undo"]:
                return RedirectResponse(await self._undo(change), 303, HEADERS)
            await self._decide(change_id, seen, _approves(form), text)
        except _Undecided as error:
            return await self._page(await self._find(change.id), error.problem, text)
        return RedirectResponse(f"{self._base}/{change.id}", 303, HEADERS)

    async def _decide(self, change_id: str, seen: str, approve: bool, text: str | None) -> None:
        if approve and text is not None and not text.strip():
            raise _Undecided(_EMPTY)
        try:
            await self._engine.decide(change_id, approve, BY, seen=seen, text=text)
        except UnknownChange:
            raise HTTPException(404) from None
        except InvalidArguments as error:
            told = "; ".join(problem.problem for problem in error.problems)
            raise _Undecided(
                FormProblem("It cannot be sent like this", f"The text {told}.", "text")
            ) from None
        except HostexError as error:
            problem = FormProblem(str(error).rstrip("."), error.hint or _WAITS, status=503)
            raise _Undecided(problem.of_call(error.request_id)) from None

    async def _undo(self, change: PendingChange) -> str:
        """Ask for what takes a change back, and return where it is shown."""
        undo = undo_of(change)
        if undo is None:
            raise _Undecided(_NO_UNDO)
        # As a client that opens addresses: the person is at the page already.
        result = await self._engine.call(*undo, Elicitation(returned=True, opens=True, here=True, app=BY))
        if isinstance(result, InputRequiredResult):
            return f"{self._base}/{change_in(result.request_state)}"
        outcome = cast("Mapping[str, Any]", result.structured_content or {})
        if failed := outcome.get("error"):
            raise _Undecided(FormProblem(str(failed["message"]), str(failed["hint"])))
        return self._base

    async def _find(self, change_id: str) -> PendingChange:
        change = await self._engine.change(change_id)
        if change is None:
            raise HTTPException(404)
        return change

    async def _page(
        self, change: PendingChange, problem: FormProblem | None = None, typed: str | None = None
    ) -> Response:
        self._looked()
        view = change_view(change, self._engine.context.now(), _READER)
        others = sum(other.open and other.id != change.id for other in await self._engine.changes())
        return change_page(view, self._frame(), problem, typed, others=others)

    def _frame(self) -> Frame:
        return Frame(base=self._base, ticket=self._ticket, home=self._home)

    def _ticket(self, change: ChangeView) -> str:
        """Return what a form brings back: the change, what was seen of it, and that this page showed it."""
        return f"{change.id}.{change.seen}.{self._mac(change.id, change.seen)}"

    def _redeem(self, ticket: str) -> tuple[str, str]:
        change_id, _, rest = ticket.partition(".")
        seen, _, mac = rest.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(change_id, seen).encode()):
            raise HTTPException(403, _ELSEWHERE)
        return change_id, seen

    def _mac(self, change_id: str, seen: str) -> str:
        return hmac.digest(self._key, f"{change_id}.{seen}".encode(), "sha256").hex()


async def _form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form, each with all that it holds."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400, _ELSEWHERE) from None
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def _approves(form: Mapping[str, list[str]]) -> bool:
    decision = _only(form, "decision")
    if decision not in ("approve", "decline"):
        raise HTTPException(403, _ELSEWHERE)
    return decision == "approve"


def _only(form: Mapping[str, list[str]], name: str) -> str:
    values = form.get(name, [])
    if len(values) != 1:
        raise HTTPException(400, _ELSEWHERE)
    return values[0]


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    return asset(name) if name in ASSETS else PlainTextResponse("Not found", 404)


async def _problem(request: Request, error: Exception) -> Response:
    """Return the page of what went wrong; the same for all that is not there."""
    failed = cast("HTTPException", error)
    title, text = _NOT_HERE if failed.status_code == 404 else ("Nothing was changed", failed.detail)
    return error_page(title, text, failed.status_code, notice=None)


def server(app: Starlette) -> Server:
    """Return what serves pages to the browser: few connections, of which the longest idle goes first, and
    none that drags its requests out."""
    return _Server(
        Config(
            app,
            loop="asyncio",
            http=speaking(Crowd(_MOST_CONNECTIONS, _MOST_CONNECTIONS)),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


class _Server(Server):
    """A server inside a process that heeds its own signals."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the process."""
        yield
