"""The last page: which account was linked, and, for those who want to choose, its properties."""

from starlette.requests import Request
from starlette.responses import Response

from hostex_mcp.api import HostexError
from hostex_mcp.http.connect.consent_request import ConsentStep, check_form_token, form_token, open_step
from hostex_mcp.http.connect.deps import PageDeps
from hostex_mcp.http.connect.forms import Form, read_form
from hostex_mcp.http.connect.granting import CANCELLED, Granting, Once, way_back
from hostex_mcp.http.connect.problems import (
    NO_PROPERTY,
    NOT_READ,
    already_answered,
    out_of_date,
    unreadable,
)
from hostex_mcp.http.connect.summaries import LinkedAccount, grant_row, read_account
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import page


class AccountPage:
    """`GET` and `POST /connect/account`. No app is let in before a person saw whose data it gets."""

    def __init__(self, deps: PageDeps) -> None:
        self._deps = deps
        self._granting = Granting(deps)
        self._once = Once(deps, "account")

    async def show(self, request: Request) -> Response:
        """Show the account, and ask for its properties if the person wished to choose."""
        return await self._ask(await open_step(self._deps, request, request.query_params.get("request", "")))

    async def decide(self, request: Request) -> Response:
        """Take the answer and return to the client."""
        form = await read_form(request, self._deps.address)
        step = await open_step(self._deps, request, form.get("request"))
        check_form_token(self._deps, step.consent, form)
        match form.get("decision"):
            case "cancel":
                return await self._cancel(step)
            case "again":
                return await self._ask(step)
            case "connect":
                return await self._connect(step, form)
            case _:
                raise unreadable()

    async def _connect(self, step: ConsentStep, form: Form) -> Response:
        if not step.pending:
            return await self._repeat(step)
        property_ids: tuple[int, ...] | None = None
        if step.pick:
            try:
                account = await self._account(step)
            except HostexError as error:
                return self._failure(step, error)
            ids = [listing.id for listing in account.properties]
            ticked = set(ids).intersection(form.all("properties"))
            if ids and not ticked:
                return self._page(step, account, NO_PROPERTY)
            if not ids and form.get("choosing"):
                # No property would mean every one: that was not what the page asked.
                return self._page(step, None, NOT_READ)
            property_ids = tuple(int(property_id) for property_id in ids if property_id in ticked) or None
        if not await self._claim(step):
            return await self._repeat(step)
        url = await self._granting.activate(step.consent, step.grant.grant_id, property_ids)
        await self._once.settle(step.grant.grant_id, url)
        return way_back(self._deps, url, step.consent)

    async def _cancel(self, step: ConsentStep) -> Response:
        url, grant_id = self._granting.refusal(step.consent), step.grant.grant_id
        if step.pending and await self._claim(step):
            await self._once.settle(grant_id, url)
        else:
            # Within seconds of a click on Connect this takes it back; later it is refused.
            await self._once.answer(grant_id)
        await self._deps.credentials.end(grant_id, CANCELLED)
        return way_back(self._deps, url, step.consent)

    async def _claim(self, step: ConsentStep) -> bool:
        return await self._once.claim(step.grant.grant_id, step.consent.authorization.expires_at)

    async def _repeat(self, step: ConsentStep) -> Response:
        answer = await self._once.answer(step.grant.grant_id)
        return way_back(self._deps, answer.url, step.consent)

    async def _ask(self, step: ConsentStep) -> Response:
        if not step.pending:
            raise already_answered()
        try:
            return self._page(step, await self._account(step))
        except HostexError as error:
            return self._failure(step, error)

    def _failure(self, step: ConsentStep, error: HostexError) -> Response:
        return self._page(step, None, NOT_READ.of_call(error.request_id))

    async def _account(self, step: ConsentStep) -> LinkedAccount:
        if step.grant.owner_id:
            token = (await self._deps.credentials.live(step.grant)).token
            return (await read_account(self._deps, token)).within(step.grant.choices.property_ids)
        stored = await self._deps.store.grants.credential(step.grant.grant_id)
        if stored is None:
            raise out_of_date()
        return await read_account(self._deps, stored[0].access_token)

    def _page(
        self, step: ConsentStep, account: LinkedAccount | None, problem: FormProblem | None = None
    ) -> Response:
        choosing = step.pick and account is not None and account.properties
        return page(
            "properties.html" if choosing else "account.html",
            problem.status if problem else 200,
            notice=self._deps.notice,
            asker=step.consent.asker,
            account=account,
            bounds=grant_row(step.grant, self._deps.now()),
            problem=problem,
            request=step.sealed,
            csrf=form_token(self._deps, step.consent),
        )
