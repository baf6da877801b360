"""The envelope around every answer, and the error that ends a call early."""

import itertools
import json
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

Headers = dict[str, str]
# Of every live answer; Hostex's page on errors says 0, see the fault `zero`.
DONE = (200, "Done.")

_serial = itertools.count(0x1000)


class ApiError(Exception):
    """A refusal: `error_code` and `error_msg` of the answer, and extra response headers for throttles."""

    def __init__(self, code: int, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.headers = headers or {}


def not_found(what: str) -> ApiError:
    """Make the 404 for an id or code that the account does not know. Inferred: the wording."""
    return ApiError(404, f"{what} not found.")


def broken_rule(message: str) -> ApiError:
    """Make the 422 for well-formed input that breaks a rule."""
    return ApiError(422, message)


def bad_request(message: str) -> ApiError:
    """Make the 400 for missing, malformed or contradictory input."""
    return ApiError(400, message)


def request_id(now: datetime) -> str:
    """Make a request id: RT, the UTC+8 time to the second, four hexadecimal digits."""
    # Observed: the time in these ids is China's, wherever the caller is.
    return f"RT{now + timedelta(hours=8):%Y%m%d%H%M%S}{next(_serial) % 0x10000:04x}"


def json_response(payload: object, headers: Headers | None = None) -> Response:
    """Answer with JSON and HTTP 200, which Hostex uses for refusals too."""
    return Response(json.dumps(payload), media_type="application/json", headers=headers)


def envelope(
    now: datetime, code: int, message: str, data: object = None, headers: Headers | None = None
) -> Response:
    """Wrap an outcome; `data` is left out where an operation returns none."""
    payload: dict[str, Any] = {"request_id": request_id(now), "error_code": code, "error_msg": message}
    if data is not None:
        payload["data"] = data
    return json_response(payload, headers)


def refusal(now: datetime, error: ApiError) -> Response:
    """Wrap an `ApiError`."""
    return envelope(now, error.code, error.message, headers=error.headers)
