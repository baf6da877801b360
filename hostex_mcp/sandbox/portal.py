"""The page on which a host lets a partner in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hostex_mcp.sandbox.oauth import CLIENT_ID, OAuth

PATH = "/app/authorization"
STYLE_PATH = "/app/style.css"
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}"></head>
<body>
<p class="demo"><b>Sandbox.</b> This stands for Hostex&rsquo;s own page. Everything here is invented.</p>
<main><h1>{title}</h1>{content}</main></body>
</html>"""
_FORM = """<dl class="facts">
<div><dt>Who asks</dt><dd>{client}</dd></div>
<div><dt>Account</dt><dd>{account}</dd></div>
<div><dt>Access</dt><dd>Read and change</dd></div>
<div><dt>Takes you back to</dt><dd>{host}</dd></div>
</dl>
<form method="post" action="{path}">{hidden}
<p class="actions"><button class="button primary" name="decision" value="allow">Allow</button>
<button class="button" name="decision" value="deny">Deny</button></p>
</form>"""


@dataclass
class Portal:
    """Shows the page and takes the host's decision."""

    oauth: OAuth
    clock: Callable[[], datetime]

    async def __call__(self, request: Request) -> Response:
        """Show the page on GET; on POST return to the partner with a code, or with an error."""
        form = dict(request.query_params) if request.method == "GET" else await _form(request)
        problem = self._problem(form)
        if problem:
            return _page("This link does not work", f"<p>{problem}</p>", status=400)
        if request.method == "GET":
            return self._ask(form)
        return self._decide(form)

    def _problem(self, form: dict[str, str]) -> str | None:
        if form.get("client_id") != CLIENT_ID:
            return "The partner is unknown."
        if not self.oauth.may_return_to(form.get("redirect_uri", "")):
            return "The address to return to is not registered."
        return None

    def _ask(self, form: dict[str, str]) -> Response:
        names = ("client_id", "redirect_uri", "state")
        hidden = [
            f'<input type="hidden" name="{name}" value="{escape(form[name])}">'
            for name in names
            if name in form
        ]
        parts = urlsplit(form["redirect_uri"])
        content = _FORM.format(
            client=escape(form["client_id"]),
            account=escape(self.oauth.account.name),
            host=escape(parts.netloc),
            path=PATH,
            hidden="".join(hidden),
        )
        return _page("Connect to Hostex (sandbox)", content, returns_to=f"{parts.scheme}://{parts.netloc}")

    def _decide(self, form: dict[str, str]) -> Response:
        """Return to the partner. Inferred: a refusal comes back as `error=access_denied`."""
        allowed = form.get("decision") == "allow"
        outcome = {"code": self.oauth.issue_code(self.clock())} if allowed else {"error": "access_denied"}
        if "state" in form:
            outcome["state"] = form["state"]
        uri = form["redirect_uri"]
        return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(outcome)}", 302)


async def style(_: Request) -> Response:
    """Return the style sheet of the page, which looks like the pages of the server."""
    content = files("hostex_mcp.sandbox").joinpath("portal.css").read_text(encoding="utf-8")
    return Response(content, media_type="text/css", headers={"X-Content-Type-Options": "nosniff"})


async def _form(request: Request) -> dict[str, str]:
    fields = parse_qs((await request.body()).decode(errors="replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}


def _page(title: str, content: str, *, status: int = 200, returns_to: str = "") -> Response:
    # Browsers apply form-action to the redirect that follows the form as well.
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; "
        f"frame-ancestors 'none'; base-uri 'none'; form-action 'self' {returns_to}"
    )
    headers = {
        "Content-Security-Policy": policy.strip(),
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(_PAGE.format(title=title, content=content, style=STYLE_PATH), status, headers)
