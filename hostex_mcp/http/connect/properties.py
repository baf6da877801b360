"""The second page, for those who want to choose the properties."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.api import HostexError
from hostex_mcp.api.paging import read_all
from hostex_mcp.api.properties import LIST_PROPERTIES
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.http.connect.forms import Form, posted
from hostex_mcp.http.connect.granting import CANCELLED, Granting, way_back
from hostex_mcp.http.connect.once import Once
from hostex_mcp.http.connect.parts import Parts
from hostex_mcp.http.connect.problems import NO_PROPERTY, NOT_READ, Problem
from hostex_mcp.http.connect.question import check_form_token, form_token
from hostex_mcp.http.connect.refusal import already_answered, out_of_date, unusable
from hostex_mcp.http.connect.step import Step, open_step
from hostex_mcp.http.pages.render import page

MOST = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A property that can be ticked."""

    id: str
    title: str
    address: str


class Properties:
    """`GET` and `POST /connect/properties`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._granting = Granting(parts)
        self._once = Once(parts.store, parts.now, "properties")

    async def show(self, request: Request) -> Response:
        """Ask which properties the grant is for."""
        return await self._ask(await open_step(self._parts, request, request.query_params.get("request", "")))

    async def decide(self, request: Request) -> Response:
        """Take the answer and return to the client."""
        form = await posted(request, self._parts.address)
        step = await open_step(self._parts, request, form.one("request"))
        check_form_token(self._parts, step.asked, form)
        match form.one("decision"):
            case "cancel":
                return await self._cancel(step)
            case "again":
                return await self._ask(step)
            case "connect" | "all":
                return await self._connect(step, form)
            case _:
                raise unusable()

    async def _connect(self, step: Step, form: Form) -> Response:
        if not step.pending:
            return await self._repeated(step)
        try:
            rows = await self._rows(step)
        except HostexError as error:
            return self._page(step, [], NOT_READ.about(error.request_id))
        ticked = {one.id for one in rows}.intersection(form.all("properties"))
        if rows and not ticked:
            return self._page(step, rows, NO_PROPERTY)
        if not await self._claim(step):
            return await self._repeated(step)
        chosen = tuple(int(one.id) for one in rows if one.id in ticked)
        url = await self._granting.activate(step.asked, step.grant.grant_id, chosen or None)
        await self._once.settle(step.grant.grant_id, url)
        return self._way_back(url, step)

    async def _cancel(self, step: Step) -> Response:
        """A click on Connect just before is taken back."""
        url, grant_id = self._granting.refusal(step.asked), step.grant.grant_id
        if step.pending and await self._claim(step):
            await self._once.settle(grant_id, url)
        else:
            await self._once.given(grant_id)
        await self._parts.linking.end(grant_id, CANCELLED)
        return self._way_back(url, step)

    async def _claim(self, step: Step) -> bool:
        return await self._once.claim(step.grant.grant_id, step.asked.transaction.expires_at)

    async def _repeated(self, step: Step) -> Response:
        return self._way_back((await self._once.given(step.grant.grant_id)).url, step)

    def _way_back(self, url: str, step: Step) -> Response:
        return way_back(url, step.asked, self._parts.address.host)

    async def _ask(self, step: Step) -> Response:
        if not step.pending:
            raise already_answered()
        try:
            return self._page(step, await self._rows(step))
        except HostexError as error:
            return self._page(step, [], NOT_READ.about(error.request_id))

    async def _rows(self, step: Step) -> list[Row]:
        """The account's properties, of those that the operator serves."""
        kept = await self._parts.store.grants.credential(step.grant.grant_id)
        if kept is None:
            raise out_of_date()
        async with self._parts.upstream.client(kept[0].access_token) as client:
            read = await read_all(client, LIST_PROPERTIES, most=MOST)
        served = self._parts.settings.property_ids
        return [
            Row(str(one.id), one_line(one.title) or f"Property {one.id}", one_line(one.address or ""))
            for one in read.items
            if not served or one.id in served
        ]

    def _page(self, step: Step, rows: list[Row], problem: Problem | None = None) -> Response:
        return page(
            "properties.html",
            problem.status if problem else 200,
            app=step.asked.asker.name,
            properties=rows,
            failed=problem is not None and problem.text == NOT_READ.text,
            cut=len(rows) >= MOST,
            problem=problem,
            request=step.sealed,
            csrf=form_token(self._parts, step.asked),
        )
