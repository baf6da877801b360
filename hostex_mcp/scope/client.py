"""A client that reaches only some properties of the account."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Generic, cast

from hostex_mcp.api import LARGEST_PAGE, AnswerT, Client, ListAnswer, ListEndpoint, Operation, Request, RowT
from hostex_mcp.scope.checks import PROPERTY_NAMES, require_served
from hostex_mcp.scope.portfolio import ServedProperties
from hostex_mcp.scope.refusal import REMEDY, ScopedCall
from hostex_mcp.scope.rules import RULES, Rule

_AT_ONCE = 8
# Rows of others that a single page may lead through: each hundred is a read of Hostex.
_MOST_ROWS = 2_000


class ScopedClient(Client):
    """A client that lets through what concerns the given properties and nothing else. Every operation has a
    rule that says what is checked before it is sent and what of its answer is shown; without one it is
    refused. `remedy` says in refusals who can widen the scope."""

    def __init__(self, client: Client, property_ids: Iterable[int], remedy: str = REMEDY) -> None:
        self._client = client
        self._remedy = remedy
        self._portfolio = ServedProperties(client, property_ids)

    async def send(self, request: Request[AnswerT]) -> AnswerT:
        """Send a request if it stays inside the scope, and return the part of its answer that is inside. Of a
        list these are up to `limit` rows, from `offset` of Hostex's own list on; their total is not told.

        Raises:
            OutOfScope: when it does not, when its target is not served, or when thousands of rows have none
                inside; HostexError: as the Hostex client.
        """
        target, call = request.target, self._scoped(request)
        if isinstance(target, ListEndpoint):
            return cast("AnswerT", await self._page(target, request, call))
        # The checks of a write look at the present, and what others read meanwhile may be older than the
        # write.
        if target.writes:
            self._portfolio.forget()
        rule = await self._admit(target, call)
        try:
            answer = await self._client.send(request)
        finally:
            if target.writes:
                self._portfolio.forget()
        if rule.view is None:
            return answer
        view = await rule.view(self._portfolio, answer)
        if view is None:
            key, value = next(iter(call.path.items()))
            raise call.outside(f"{key} {value}", key)
        return view

    async def admit(self, request: Request[Any]) -> None:
        """Refuse what does not stay inside the scope, and what the client would refuse."""
        await self._admit(request.target, self._scoped(request))
        await self._client.admit(request)

    def _scoped(self, request: Request[Any]) -> ScopedCall:
        name = request.target.name
        return ScopedCall(name, request.path, request.query, request.body or {}, self._remedy)

    async def _page(
        self, listing: ListEndpoint[RowT], request: Request[Any], call: ScopedCall
    ) -> ListAnswer[RowT]:
        rule = await self._admit(listing, call)
        if rule.view is None:
            return await self._client.send(request)
        start = request.offset
        sieve = _Sieve[RowT](self._portfolio, rule, start, request.limit)
        # Whole pages, as an unknown share of the rows belongs to others.
        narrowed = replace(request, query=self._narrowed(rule, request.query), limit=LARGEST_PAGE)
        while sieve.more and not sieve.full:
            if sieve.end - start >= _MOST_ROWS:
                if sieve.items:
                    break
                raise call.too_sparse(sieve.end - start)
            await sieve.take(await self._client.send(replace(narrowed, offset=sieve.end)))
        # Hostex's own total would count the rows of other properties.
        return ListAnswer(sieve.items, None, sieve.more, sieve.places, sieve.end)

    async def _admit(self, target: ListEndpoint[Any] | Operation[Any], call: ScopedCall) -> Rule:
        if not self._portfolio.property_ids:
            raise call.nothing_served()
        rule = RULES.get(target)
        if rule is None:
            raise call.account_wide()
        # In the list of properties, `id` itself names one.
        names = (*PROPERTY_NAMES, "id") if rule.narrow == "id" else PROPERTY_NAMES
        for arguments in (call.query, call.body):
            require_served(self._portfolio, call, arguments, names)
        await rule.check(self._portfolio, call)
        return rule

    def _narrowed(self, rule: Rule, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the query, with the served properties where Hostex can look for them itself."""
        ids = sorted(self._portfolio.property_ids)
        if rule.narrow is None or query.get(rule.narrow) is not None:
            return query
        if rule.narrow == "property_ids":
            return {**query, rule.narrow: ids} if len(ids) <= LARGEST_PAGE else query
        # These filters take a single id; for several properties the rows are sifted here.
        return {**query, rule.narrow: ids[0]} if len(ids) == 1 else query


class _Sieve(Generic[RowT]):
    """A collector of the rows of a list that are inside the scope, up to `limit`, with their offsets. `end`
    is the offset behind the last row looked at, and `more` whether others may follow it."""

    def __init__(self, portfolio: ServedProperties, rule: Rule, offset: int, limit: int) -> None:
        self._portfolio, self._rule, self._limit = portfolio, rule, limit
        self.items: list[RowT] = []
        self.places: list[int] = []
        self.end = offset
        self.more = True

    @property
    def full(self) -> bool:
        """Whether there are as many rows as the limit allows."""
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
        views = await asyncio.gather(*(self._view(row) for row, _ in rows))
        for row, (_, place) in zip(views, rows, strict=True):
            if self.full:
                return
            self.end = place + 1
            if row is not None:
                self.items.append(row)
                self.places.append(place)

    async def _view(self, row: RowT) -> RowT | None:
        return await self._rule.view(self._portfolio, row) if self._rule.view else row
