"""Pages from templates, and the headers that each of them carries."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

# No form-action: browsers apply it to the whole chain of redirects, which ends at the client. The referrer
# policy is not no-referrer, because forms would then be sent with `Origin: null`.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}

_PACKAGE = "hostex_mcp.pages"
ASSETS = {"style.css": "text/css", "icon.svg": "image/svg+xml", "host.js": "text/javascript"}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page from a template of this package, which escapes every value."""
    return HTMLResponse(_environment().get_template(template).render(values), status, HEADERS)


def error_page(title: str, text: str, status: int = 400, *, advice: str = "", notice: object) -> Response:
    """Return a page that says in plain words what went wrong, and in `advice` what to do now. `notice` says
    who runs the server, as on every page; None where that is not known."""
    return page("error.html", status, title=title, text=text, advice=advice, notice=notice)


class PageError(Exception):
    """Nothing more can be done with a request; the person reads `title`, `text` and `advice`."""

    def __init__(self, title: str, text: str, advice: str = "", status: int = 400) -> None:
        super().__init__(title)
        self.title, self.text, self.advice, self.status = title, text, advice, status

    def page(self, notice: object) -> Response:
        """Return the error page."""
        return error_page(self.title, self.text, self.status, advice=self.advice, notice=notice)


def asset(name: str) -> Response:
    """Return the style sheet, the icon or the script around views; a browser may keep it for an hour."""
    content = files(_PACKAGE).joinpath("static", name).read_bytes()
    headers = HEADERS | {"Cache-Control": "max-age=3600"}
    return Response(content, headers=headers, media_type=ASSETS[name])


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
