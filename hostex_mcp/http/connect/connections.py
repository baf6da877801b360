"""What is connected, from this browser or with a token that somebody has, and how it is ended."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hostex_mcp.http.connect.attempts import counted
from hostex_mcp.http.connect.forms import Form, posted
from hostex_mcp.http.connect.parts import Parts
from hostex_mcp.http.connect.problems import NO_TOKEN, NOT_THERE, TOO_MANY, Problem, shape_problem
from hostex_mcp.http.connect.refusal import not_from_here, unusable
from hostex_mcp.http.connect.rows import row
from hostex_mcp.http.keyring import Unsealable
from hostex_mcp.http.oauth.browser import Browser, browser_of, csrf, csrf_fits, remember
from hostex_mcp.http.pages.render import HEADERS, page
from hostex_mcp.http.store.records import Grant

ENDED_HERE = "You disconnected it on the connections page."
_PURPOSE = _NONCE = "connections"
_WINDOW = timedelta(minutes=10)
_MOST_ENDED = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Grants that a pasted token opens. `proof` stands for the token in forms of the same browser."""

    grants: list[Grant] = field(default_factory=list[Grant])
    proof: str = ""


class Connections:
    """`GET` and `POST /connect`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def show(self, request: Request) -> Response:
        """List what was connected from this browser."""
        browser = browser_of(request, self._parts.address)
        done = _DONE.get(request.query_params.get("done", ""), "")
        return remember(await self._page(browser, done=done), browser, self._parts.address)

    async def act(self, request: Request) -> Response:
        """Disconnect something, or find what a token is connected to."""
        form = await posted(request, self._parts.address)
        browser = browser_of(request, self._parts.address)
        if not csrf_fits(self._parts.keys, browser, _NONCE, form.one("csrf")):
            raise not_from_here()
        match form.one("action"):
            case "disconnect":
                return await self._disconnect(browser, form)
            case "find":
                return await self._find(browser, form.one("token").strip())
            case _:
                raise unusable()

    async def _disconnect(self, browser: Browser, form: Form) -> Response:
        grant = await self._parts.store.grants.get(form.one("grant"))
        may = grant is not None and (
            grant.browser == browser.digest or grant.grant_id in self._proven(browser, form.one("proof"))
        )
        if grant is None or not may or grant.status == "ended":
            return await self._page(browser, NOT_THERE)
        await self._parts.linking.end(grant.grant_id, ENDED_HERE)
        return RedirectResponse(f"/connect?done={grant.kind}", 303, HEADERS)

    async def _find(self, browser: Browser, token: str) -> Response:
        problem = shape_problem(token)
        if problem:
            return await self._page(browser, _TO_FIND if problem is NO_TOKEN else problem)
        if not await self._counted(browser):
            return await self._page(browser, TOO_MANY)
        grants = await self._parts.store.grants.of_token(token)
        proof = json.dumps([grant.grant_id for grant in grants]).encode()
        sealed = self._parts.keys.seal(_PURPOSE, proof, browser.digest) if grants else ""
        return await self._page(browser, found=Found(grants, sealed))

    async def _counted(self, browser: Browser) -> bool:
        """Tries are counted per browser, in windows of ten minutes."""
        window, now = int(_WINDOW.total_seconds()), self._parts.now()
        key = f"{browser.digest}:{int(now.timestamp()) // window}"
        return await counted(self._parts.store, key, now + _WINDOW)

    def _proven(self, browser: Browser, proof: str) -> list[str]:
        """The grants whose token this browser has shown."""
        try:
            return json.loads(self._parts.keys.open(_PURPOSE, proof, browser.digest)) if proof else []
        except Unsealable:
            return []

    async def _page(
        self, browser: Browser, problem: Problem | None = None, *, done: str = "", found: Found | None = None
    ) -> Response:
        now = self._parts.now()
        grants = [] if browser.new else await self._parts.store.grants.in_browser(browser.digest)
        return page(
            "connections.html",
            problem.status if problem else 200,
            title="What this token is connected to" if found else "Your connections",
            rows=[row(one, now) for one in grants if one.status == "active"],
            ended=[row(one, now) for one in grants if one.status == "ended"][:_MOST_ENDED],
            found=[row(one, now) for one in found.grants] if found else None,
            proof=found.proof if found else "",
            problem=problem,
            done=done,
            csrf=csrf(self._parts.keys, browser, _NONCE),
            resource=self._parts.address.resource,
        )


_DONE = {
    "token": "It is disconnected. If you no longer need the access token, delete it in Hostex as well.",
    "partner": "It is disconnected.",
}
_TO_FIND = Problem("Paste the token to look for", "It is the one that you created in Hostex.", "token")
