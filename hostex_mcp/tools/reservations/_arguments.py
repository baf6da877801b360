"""Argument types that only bookings and stays have."""

import re
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from hostex_mcp.toolkit.arguments import Number
from hostex_mcp.toolkit.meaning import Coded

_REFERENCE = re.compile(r"[A-Za-z0-9]{1,32}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _fits(pattern: re.Pattern[str], problem: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise PydanticCustomError("pattern", "{problem}", {"problem": problem})
        return value

    return AfterValidator(check)


Reference = Annotated[str, _fits(_REFERENCE, "must be at most 32 letters and digits"), "letters and digits"]
Email = Annotated[str, Field(max_length=254), _fits(_EMAIL, "must be an e-mail address")]
TimeOfDay = Annotated[str, Coded(), _fits(_TIME, "must be a time written HH:MM"), "HH:MM"]
Amount = Annotated[Number, Ge(0), Le(999_999)]
