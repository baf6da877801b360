"""The page on which the owner of a connection says where they are told of changes that wait for them."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from hostex_mcp.http.connect.forms import Form, count_try
from hostex_mcp.http.connect.owner_page import OwnerPage
from hostex_mcp.http.connect.problems import TOO_MANY, unreadable
from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.owner_notices import MOST_ADDRESSES, SERVICES, deliver_to, is_allowed
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import page

NOTICES_PATH = "/connect/notices"
_TITLE, _TEXT = "Hostex: a test notice", "This is a test. Changes that wait for you will be told here."
_SAVED, _FORGOTTEN = "Saved. Send a test notice to see that it arrives.", "The addresses are forgotten."
_NAMES = {example.partition(":")[0]: name for name, example in SERVICES.items()}
_TRIES = timedelta(minutes=10)
_NONE = FormProblem("Write at least one address", "Nothing was changed.", "addresses")
_MORE = FormProblem(f"Write at most {MOST_ADDRESSES} addresses", "Nothing was changed.", "addresses")


class NoticesPage(OwnerPage[FormProblem | str]):
    """`GET` and `POST /connect/notices`: other addresses are kept, none, or those kept are tried."""

    name = "notices"
    absent = "No notices can be set here"

    async def _act(self, grant: Grant, browser: Browser, form: Form) -> FormProblem | str:
        match form.get("action"):
            case "save":
                return await self._save(grant, form.get("addresses").split())
            case "forget":
                await self._deps.store.notice_addresses.put(grant.grant_id, [])
                return _FORGOTTEN
            case "test":
                return await self._test(grant, browser)
            case _:
                raise unreadable()

    async def _save(self, grant: Grant, addresses: Sequence[str]) -> FormProblem | str:
        if problem := _problem_of(addresses):
            return problem
        await self._deps.store.notice_addresses.put(grant.grant_id, addresses)
        return _SAVED

    async def _test(self, grant: Grant, browser: Browser) -> FormProblem | str:
        now = self._deps.now()
        window = int(now.timestamp() // _TRIES.total_seconds())
        if not await count_try(self._deps.store, f"notices {browser.digest} {window}", now + _TRIES):
            return TOO_MANY
        addresses = await self._deps.store.notice_addresses.of_grant(grant.grant_id)
        sent = await deliver_to(addresses, _TITLE, _TEXT)
        return "; ".join(
            f"{delivery.service}: {'sent' if delivery.arrived else 'NOT sent, check the address'}"
            for delivery in sent
        )

    async def _page(
        self, grant: Grant, browser: Browser, proof: str, outcome: FormProblem | str | None = None
    ) -> Response:
        problem, done = (outcome, "") if isinstance(outcome, FormProblem) else (None, outcome or "")
        kept = await self._deps.store.notice_addresses.of_grant(grant.grant_id)
        return page(
            "notices.html",
            problem.status if problem else 200,
            notice=self._deps.notice,
            grant=grant.grant_id,
            proof=proof,
            csrf=self._csrf(grant, browser),
            kept=[_NAMES.get(address.partition(":")[0], "another service") for address in kept],
            services=SERVICES,
            most=MOST_ADDRESSES,
            problem=problem,
            done=done,
        )


def _problem_of(addresses: Sequence[str]) -> FormProblem | None:
    if not addresses:
        return _NONE
    if len(addresses) > MOST_ADDRESSES:
        return _MORE
    for place, address in enumerate(addresses, 1):
        # By its place, as an address holds a password.
        if not is_allowed(address):
            told = f"Address {place} is none of the services below"
            return FormProblem(told, "Write it as the example does, without options.", "addresses")
    return None
