"""The page on which a host lets a partner in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hostex_mcp.sandbox.oauth import CLIENT_ID, OAuth

PATH = "/app/authorization"
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{title}</h1>{content}</main></body>
</html>"""
_FORM = """<p>{client} asks to read and change the data of {account}. You will return to {host}.</p>
<form method="post" action="{path}">{hidden}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>"""


@dataclass
class Portal:
    """Shows the page and takes the host's decision."""

    oauth: OAuth
    clock: Callable[[], datetime]

    async def __call__(self, request: Request) -> Response:
        """Show the page on GET; on POST return to the partner with a code, or with an error."""
        given = dict(request.query_params) if request.method == "GET" else await _form(request)
        problem = self._problem(given)
        if problem:
            return _page("This link does not work", f"<p>{problem}</p>", status=400)
        if request.method == "GET":
            return self._ask(given)
        return self._decide(given)

    def _problem(self, given: dict[str, str]) -> str | None:
        if given.get("client_id") != CLIENT_ID:
            return "The partner is unknown."
        if not self.oauth.may_return_to(given.get("redirect_uri", "")):
            return "The address to return to is not registered."
        return None

    def _ask(self, given: dict[str, str]) -> Response:
        names = ("client_id", "redirect_uri", "state")
        hidden = [
            f'<input type="hidden" name="{name}" value="{escape(given[name])}">'
            for name in names
            if name in given
        ]
        parts = urlsplit(given["redirect_uri"])
        content = _FORM.format(
            client=escape(given["client_id"]),
            account=escape(self.oauth.account.name),
            host=escape(parts.netloc),
            path=PATH,
            hidden="".join(hidden),
        )
        return _page("Connect to Hostex (sandbox)", content, returns_to=f"{parts.scheme}://{parts.netloc}")

    def _decide(self, given: dict[str, str]) -> Response:
        """Return to the partner. Inferred: a refusal comes back as `error=access_denied`."""
        allowed = given.get("decision") == "allow"
        outcome = {"code": self.oauth.issue_code(self.clock())} if allowed else {"error": "access_denied"}
        if "state" in given:
            outcome["state"] = given["state"]
        uri = given["redirect_uri"]
        return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(outcome)}", 302)


async def _form(request: Request) -> dict[str, str]:
    fields = parse_qs((await request.body()).decode(errors="replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}


def _page(title: str, content: str, *, status: int = 200, returns_to: str = "") -> Response:
    # Browsers apply form-action to the redirect that follows the form as well.
    policy = f"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self' {returns_to}"
    headers = {
        "Content-Security-Policy": policy.strip(),
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(_PAGE.format(title=title, content=content), status, headers)
