"""A client of the same methods as the Hostex client that reaches only some properties of the account."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic, cast

from hostex_mcp.api import (
    LARGEST_PAGE,
    AnswerT,
    Client,
    ListAnswer,
    ListEndpoint,
    Operation,
    Request,
    RowT,
)
from hostex_mcp.scope.checks import require_served
from hostex_mcp.scope.portfolio import ServedProperties
from hostex_mcp.scope.refusal import REMEDY, ScopedCall
from hostex_mcp.scope.rules import RULES, Rule

_AT_ONCE = 8
_MOST_ROWS = 2_000
_ALWAYS = ("property_id", "property_ids")


class ScopedClient(Client):
    """Lets through what concerns the given properties and nothing else. Every operation has a rule that says
    what is checked before it is sent and what of its answer is shown; without one it is refused. `remedy`
    says in refusals who can widen the scope."""

    def __init__(self, client: Client, property_ids: Iterable[int], remedy: str = REMEDY) -> None:
        self._client = client
        self._remedy = remedy
        self._ground = ServedProperties(client, property_ids)

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request if it stays inside, and return what of its answer is inside. Of a list these are up
        to `limit` rows, from `offset` of Hostex's own list on; their total is not told.

        Raises:
            OutOfScope: when it does not, when its target is not served, or when thousands of rows have none
                inside; HostexError: as the Hostex client.
        """
        target = request.target
        asked = ScopedCall(target.name, request.path, request.query, request.body or {}, self._remedy)
        if isinstance(target, ListEndpoint):
            return cast("AnswerT", await self._page(target, request, asked))
        if target.writes:
            self._ground.forget()
        rule = await self._admit(target, asked)
        try:
            answer = await self._client.send(request)
        finally:
            if target.writes:
                self._ground.forget()
        if rule.view is None:
            return answer
        seen = await rule.view(self._ground, answer)
        if seen is None:
            key, value = next(iter(asked.path.items()))
            raise asked.outside(f"{key} {value}", key)
        return seen

    async def _page(
        self, listing: ListEndpoint[RowT], request: Request[Any], asked: ScopedCall
    ) -> ListAnswer[RowT]:
        rule = await self._admit(listing, asked)
        if rule.view is None:
            return await self._client.send(request)
        start = request.offset
        sieve = _Sieve[RowT](self._ground, rule, start, request.limit)
        narrowed = replace(request, query=self._narrowed(rule, request.query), limit=LARGEST_PAGE)
        while sieve.more and not sieve.full:
            if sieve.end - start >= _MOST_ROWS:
                if sieve.items:
                    break
                raise asked.too_sparse(sieve.end - start)
            await sieve.take(await self._client.send(replace(narrowed, offset=sieve.end)))
        return ListAnswer(sieve.items, None, sieve.more, sieve.places, sieve.end)

    async def _admit(self, target: ListEndpoint[Any] | Operation[Any], asked: ScopedCall) -> Rule:
        if not self._ground.property_ids:
            raise asked.nothing_served()
        rule = RULES.get(target)
        if rule is None:
            raise asked.account_wide()
        names = (*_ALWAYS, "id") if rule.narrow == "id" else _ALWAYS
        for given in (asked.query, asked.body):
            require_served(self._ground, asked, given, names)
        await rule.check(self._ground, asked)
        return rule

    def _narrowed(self, rule: Rule, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """The query, with the served properties where Hostex can look for them itself."""
        ids = sorted(self._ground.property_ids)
        if rule.narrow is None or query.get(rule.narrow) is not None:
            return query
        if rule.narrow == "property_ids":
            return {**query, rule.narrow: ids} if len(ids) <= LARGEST_PAGE else query
        return {**query, rule.narrow: ids[0]} if len(ids) == 1 else query


class _Sieve(Generic[RowT]):
    """Collects the rows of a list that are inside, up to `limit`, with their offsets. `end` is the offset
    behind the last row looked at, and `more` whether others may follow it."""

    def __init__(self, ground: ServedProperties, rule: Rule, offset: int, limit: int) -> None:
        self._ground, self._rule, self._limit = ground, rule, limit
        self.items: list[RowT] = []
        self.places: list[int] = []
        self.end = offset
        self.more = True

    @property
    def full(self) -> bool:
        """Whether no more rows are wanted."""
        return len(self.items) >= self._limit

    async def take(self, page: ListAnswer[RowT]) -> None:
        """Look at the rows of the next page, a few at once, until there are enough."""
        rows = list(zip(page.items, page.places, strict=True))
        for start in range(0, len(rows), _AT_ONCE):
            await self._look_at(rows[start : start + _AT_ONCE])
            if self.full:
                break
        else:
            self.end = page.end
        self.more = page.more or self.end < page.end

    async def _look_at(self, rows: list[tuple[RowT, int]]) -> None:
        shown = await asyncio.gather(*(self._show(row) for row, _ in rows))
        for row, (_, place) in zip(shown, rows, strict=True):
            if self.full:
                return
            self.end = place + 1
            if row is not None:
                self.items.append(row)
                self.places.append(place)

    async def _show(self, row: RowT) -> RowT | None:
        return await self._rule.view(self._ground, row) if self._rule.view else row
