"""Requests read within bounds, and the JSON that the endpoints answer with."""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn, cast
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hostex_mcp.http.store.token_text import can_be_kept
from hostex_mcp.toolkit.json_text import require_unambiguous

_MOST_FORM_BYTES = 64 * 1024
_FORM_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 40
_MOST_DESCRIPTION = 200
_NOT_PRINTABLE = re.compile(r"[^ !#-\[\]-~]+")
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(Exception):
    """A request that is not served: an error code of the RFC that defines the endpoint, and why in words."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """Return the error as RFC 6749 section 5.2 has it."""
        # The description may repeat what a stranger sent: only the characters that the RFC allows, and few.
        description = _NOT_PRINTABLE.sub(" ", self.description)[:_MOST_DESCRIPTION]
        body = {"error": self.error, "error_description": description}
        return JSONResponse(body, self.status, NO_STORE | dict(headers or {}))


async def body_of(request: Request, most: int) -> bytes:
    """Return the body of a request; refuse it with 413 as soon as it is larger than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise OAuthError("invalid_request", f"The request is larger than {most} bytes.", 413)
    return bytes(body)


async def form_of(request: Request) -> dict[str, str]:
    """Return the parameters of a form, each sent once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise OAuthError("invalid_request", f"Send the parameters as {_FORM_TYPE}.")
    form, repeated = parameters((await body_of(request, _MOST_FORM_BYTES)).decode("latin-1"))
    if repeated:
        raise OAuthError("invalid_request", f"{min(repeated)} is given more than once.")
    return form


def parameters(encoded: str) -> tuple[dict[str, str], frozenset[str]]:
    """Return the parameters of an encoded form or query (RFC 6749 section 3.1), and the names that come more
    than once, which are left out. One without a value is as if not sent."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise OAuthError("invalid_request", "The parameters are not valid, or too many.") from None
    check_characters(*(text for pair in pairs for text in pair))
    counts = Counter(name for name, _ in pairs)
    repeated = frozenset(name for name, count in counts.items() if count > 1)
    return {name: value for name, value in pairs if value and name not in repeated}, repeated


def check_characters(*texts: str) -> None:
    """Refuse texts that no parameter may hold (RFC 6749 appendix A), and no database can."""
    if not all(can_be_kept(text) for text in texts):
        raise OAuthError("invalid_request", "A parameter holds the control character NUL.")


def json_object(text: bytes) -> dict[str, Any] | None:
    """Return a JSON object; None for anything else, such as one that names something twice or has numbers
    that JSON does not have."""
    try:
        require_unambiguous(text)
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)
