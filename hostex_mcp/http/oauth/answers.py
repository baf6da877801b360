"""Requests read within bounds, and the JSON that endpoints answer with."""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn, cast
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message

from hostex_mcp.http.store.token_text import can_be_kept

MOST_FORM_BYTES = 64 * 1024
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
        """The answer that says so."""
        return error_response(self.error, self.description, self.status, headers)


def error_response(
    error: str, description: str, status: int = 400, headers: Mapping[str, str] | None = None
) -> Response:
    """An error of RFC 6749 section 5.2: short, and with the characters that it allows only."""
    told = _NOT_PRINTABLE.sub(" ", description)[:_MOST_DESCRIPTION]
    body = {"error": error, "error_description": told}
    return JSONResponse(body, status, NO_STORE | dict(headers or {}))


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request, refused with 413 as soon as it is larger than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise OAuthError("invalid_request", f"The request is larger than {most} bytes.", 413)
    return bytes(body)


async def form_of(request: Request) -> dict[str, str]:
    """The parameters of a form, each sent once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise OAuthError("invalid_request", f"Send the parameters as {_FORM_TYPE}.")
    form, repeated = parameters((await body_of(request, MOST_FORM_BYTES)).decode("latin-1"))
    if repeated:
        raise OAuthError("invalid_request", f"{min(repeated)} is given more than once.")
    return form


def parameters(encoded: str) -> tuple[dict[str, str], frozenset[str]]:
    """The parameters of an encoded form or query (RFC 6749 section 3.1), and the names that come more than
    once, which are left out. One without a value is as if not sent."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise OAuthError("invalid_request", "The parameters are not valid, or too many.") from None
    check_characters(*(text for pair in pairs for text in pair))
    counted = Counter(name for name, _ in pairs)
    repeated = frozenset(name for name, times in counted.items() if times > 1)
    return {name: value for name, value in pairs if value and name not in repeated}, repeated


def check_characters(*texts: str) -> None:
    """Refuse texts that no parameter may hold (RFC 6749 appendix A), and no database can."""
    if not all(can_be_kept(text) for text in texts):
        raise OAuthError("invalid_request", "A parameter holds the control character NUL.")


def json_object(text: bytes) -> dict[str, Any] | None:
    """A JSON object; None for anything else, such as one with numbers that JSON does not have."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def with_body(request: Request, body: bytes, content_type: str) -> Request:
    """The same request with another body, for a handler that reads it anew. Credentials in headers are left
    out: they are in the body, or checked already."""
    kept = [
        (name, value)
        for name, value in request.scope["headers"]
        if name not in (b"content-type", b"content-length", b"authorization", b"transfer-encoding")
    ]
    headers = [*kept, (b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({**request.scope, "headers": headers}, receive)


def with_form(request: Request, form: Mapping[str, str]) -> Request:
    """The same request with another form."""
    return with_body(request, urlencode(form).encode(), _FORM_TYPE)
