"""An account whose rows are not tidy: values that are missing, null, unknown or of another type."""

import json
import random
from typing import Any, cast

import httpx2

LATER = "a_later_word"
WRONG: list[Any] = [None, "", LATER, "7", 7, -1.5, True, [], {}, ["x"], {"unexpected": ["value"]}]


class Mangling(httpx2.AsyncBaseTransport):
    """Passes requests on. Each row of an answer has a wrong thing of its own in the field of one name, or in
    `share` of its fields where no name is given."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, field: str = "", share: float = 0, seed: int = 0):
        self.fields: set[str] = set()
        self._inner, self._field, self._share = inner, field, share
        self._chance = random.Random(seed)
        self._next = seed

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        told = json.loads(await response.aread())
        told["data"] = self._mangled(told.get("data"), depth=0)
        return httpx2.Response(response.status_code, json=told, request=request)

    def _mangled(self, value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return [self._mangled(member, depth + 1) for member in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return value
        row: dict[str, Any] = {}
        for name, member in cast("dict[str, Any]", value).items():
            # What holds the rows stays: without it there are none.
            if depth and self._strikes(name):
                self._next += 1
                if (place := self._next % (len(WRONG) + 1)) < len(WRONG):
                    row[name] = WRONG[place]
            else:
                row[name] = self._mangled(member, depth + 1)
        return row

    def _strikes(self, name: str) -> bool:
        self.fields.add(name)
        return name == self._field if self._field else self._chance.random() < self._share
