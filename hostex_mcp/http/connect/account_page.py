"""The last page: which account was linked, and, for those who want to choose, its properties."""

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.api import HostexError
from hostex_mcp.http.connect.account import LinkedAccount, read_account
from hostex_mcp.http.connect.consent_request import check_form_token, form_token
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, posted
from hostex_mcp.http.connect.granting import CANCELLED, Granting, way_back
from hostex_mcp.http.connect.once import Once
from hostex_mcp.http.connect.problems import NO_PROPERTY, NOT_READ, FormProblem
from hostex_mcp.http.connect.refusal import already_answered, out_of_date, unusable
from hostex_mcp.http.connect.rows import row
from hostex_mcp.http.connect.step import ConsentStep, open_step
from hostex_mcp.http.pages.render import page


class AccountPage:
    """`GET` and `POST /connect/account`. No app is let in before a person saw whose data it gets."""

    def __init__(self, parts: PageDeps) -> None:
        self._parts = parts
        self._granting = Granting(parts)
        self._once = Once(parts.store, parts.now, "account")

    async def show(self, request: Request) -> Response:
        """Show the account, and ask for its properties if that was wished."""
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
            case "connect":
                return await self._connect(step, form)
            case _:
                raise unusable()

    async def _connect(self, step: ConsentStep, form: Form) -> Response:
        if not step.pending:
            return await self._repeated(step)
        chosen: tuple[int, ...] | None = None
        if step.pick:
            try:
                account = await self._account(step)
            except HostexError as error:
                return self._failed(step, error)
            ticked = {place.id for place in account.places}.intersection(form.all("properties"))
            if account.places and not ticked:
                return self._page(step, account, NO_PROPERTY)
            if not account.places and form.one("choosing"):
                # No property would mean every one: that was not what the page asked.
                return self._page(step, None, NOT_READ)
            chosen = tuple(int(place.id) for place in account.places if place.id in ticked) or None
        if not await self._claim(step):
            return await self._repeated(step)
        url = await self._granting.activate(step.asked, step.grant.grant_id, chosen)
        await self._once.settle(step.grant.grant_id, url)
        return self._way_back(url, step)

    async def _cancel(self, step: ConsentStep) -> Response:
        """A click on Connect just before is taken back."""
        url, grant_id = self._granting.refusal(step.asked), step.grant.grant_id
        if step.pending and await self._claim(step):
            await self._once.settle(grant_id, url)
        else:
            await self._once.given(grant_id)
        await self._parts.linking.end(grant_id, CANCELLED)
        return self._way_back(url, step)

    async def _claim(self, step: ConsentStep) -> bool:
        return await self._once.claim(step.grant.grant_id, step.asked.transaction.expires_at)

    async def _repeated(self, step: ConsentStep) -> Response:
        return self._way_back((await self._once.given(step.grant.grant_id)).url, step)

    def _way_back(self, url: str, step: ConsentStep) -> Response:
        return way_back(url, step.asked, self._parts.about)

    async def _ask(self, step: ConsentStep) -> Response:
        if not step.pending:
            raise already_answered()
        try:
            return self._page(step, await self._account(step))
        except HostexError as error:
            return self._failed(step, error)

    def _failed(self, step: ConsentStep, error: HostexError) -> Response:
        return self._page(step, None, NOT_READ.about(error.request_id))

    async def _account(self, step: ConsentStep) -> LinkedAccount:
        kept = await self._parts.store.grants.credential(step.grant.grant_id)
        if kept is None:
            raise out_of_date()
        return await read_account(self._parts, kept[0].access_token)

    def _page(
        self, step: ConsentStep, account: LinkedAccount | None, problem: FormProblem | None = None
    ) -> Response:
        choosing = step.pick and account is not None and account.places
        return page(
            "properties.html" if choosing else "account.html",
            problem.status if problem else 200,
            about=self._parts.about,
            asker=step.asked.asker,
            account=account,
            bounds=row(step.grant, self._parts.now()),
            problem=problem,
            request=step.sealed,
            csrf=form_token(self._parts, step.asked),
        )
