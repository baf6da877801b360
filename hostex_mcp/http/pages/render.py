"""Pages from templates, and the headers that every one of them carries."""

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

_PACKAGE = "hostex_mcp.http.pages"
_MEDIA_TYPES = {"style.css": "text/css", "icon.svg": "image/svg+xml"}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page from a template of this package, which escapes every value."""
    return HTMLResponse(_environment().get_template(template).render(values), status, HEADERS)


def error_page(
    title: str, text: str, status: int = 400, *, advice: str = "", about: object | None = None
) -> Response:
    """A page that says in plain words what went wrong, and in `advice` what to do now. `about` is what each
    page says of this server: who runs it, and whether it is a demo; applications have it in `state.about`."""
    known = {} if about is None else {"about": about}
    return page("error.html", status, title=title, text=text, advice=advice, **known)


def asset(name: str) -> Response:
    """The style sheet or the icon; a browser may keep it for an hour."""
    content = files(_PACKAGE).joinpath("static", name).read_bytes()
    headers = HEADERS | {"Cache-Control": "max-age=3600"}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[name])


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
