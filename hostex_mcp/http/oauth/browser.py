"""The browser a person uses, told apart by a cookie with a random id, of which only a digest is kept."""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.http.config import Address
from hostex_mcp.http.keys.keyring import KeyRing

_LIFETIME_SECONDS = 400 * 24 * 3600
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser. `digest` is what may be kept of it; `new` when it came without a usable cookie."""

    id: str = field(repr=False)
    new: bool

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the id, which needs no salt: it has 256 random bits itself."""
        return sha256(self.id.encode()).hexdigest()


def cookie_name(address: Address) -> str:
    """Return the cookie's name."""
    # The prefix makes browsers refuse the cookie from any other host or path, or without Secure.
    return "__Host-hostex" if address.secure else "hostex"


def browser_of(request: Request, address: Address) -> Browser:
    """Return the browser that sent the request; one without a usable cookie gets an id, set by `remember`."""
    cookie = cookie_of(request, cookie_name(address))
    if _ID.fullmatch(cookie):
        return Browser(cookie, new=False)
    return Browser(secrets.token_urlsafe(32), new=True)


def cookie_of(request: Request, name: str) -> str:
    """Return the value of the cookie with exactly this name; empty if there is none, or more than one."""
    # A browser guards `__Host-` only in names that begin with it. Starlette's reader also takes away blanks
    # that browsers keep, such as U+00A0, before which another host of the domain may set such a name.
    pairs = [
        pair.strip(" \t").partition("=")
        for header in request.headers.getlist("cookie")
        for pair in header.split(";")
    ]
    match [value for key, _, value in pairs if key == name]:
        case [value]:
            return value
        case _:
            return ""


def remember(response: Response, browser: Browser, address: Address) -> Response:
    """Return the response, which sets the cookie of a new browser."""
    if browser.new:
        response.set_cookie(
            cookie_name(address),
            browser.id,
            max_age=_LIFETIME_SECONDS,
            path="/",
            secure=address.secure,
            httponly=True,
            # Not strict: the person comes from the client's site, and comes back from Hostex.
            samesite="lax",
        )
    return response


def csrf(keys: KeyRing, browser: Browser, nonce: str) -> str:
    """Return the token that a form has to bring back: for this browser and one authorization or page."""
    return _csrf(keys.mac_keys("csrf")[0], browser, nonce)


def csrf_fits(keys: KeyRing, browser: Browser, nonce: str, token: object) -> bool:
    """Whether a form brought its token back. A browser without a cookie never has one."""
    if browser.new or not isinstance(token, str):
        return False
    sent = token.encode("utf-8", "surrogatepass")
    return any(
        hmac.compare_digest(_csrf(key, browser, nonce).encode(), sent) for key in keys.mac_keys("csrf")
    )


def _csrf(key: bytes, browser: Browser, nonce: str) -> str:
    return hmac.new(key, f"{browser.id}\0{nonce}".encode(), sha256).hexdigest()
