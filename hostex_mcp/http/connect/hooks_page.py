"""The page on which the owner of a connection has Hostex call this server about the account, or stop."""

from dataclasses import dataclass

from starlette.responses import Response

from hostex_mcp.domain.hook_events import KEPT, USED_EVENTS
from hostex_mcp.domain.wording import moment_text
from hostex_mcp.http.config import HOOKS_PATH
from hostex_mcp.http.connect.forms import Form
from hostex_mcp.http.connect.owner_page import OwnerPage
from hostex_mcp.http.connect.problems import unreadable
from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants.webhook_link import HookStatus, HookStep
from hostex_mcp.pages.problem import FormProblem
from hostex_mcp.pages.render import page

PATH = f"/connect{HOOKS_PATH}"
_NOT_YET = "not yet"
_REGISTERED = {
    True: "yes",
    False: "no, or not for all events: switch the calls off and on again",
    None: "Hostex could not be asked",
}
_MEANINGS = {
    "reservation_updated": "a stay was edited",
    "property_availability_updated": "days of a property were closed or opened",
    "listing_calendar_updated": "prices or rules of a listing were changed",
    "review_updated": "a review was changed",
    "transaction_deleted": "an income or expense was deleted",
    "reservation_created": "somebody booked or asked to",
    "message_created": "a message was written",
    "review_created": "a review was written",
    "transaction_created": "an income or expense was entered",
    "transaction_updated": "an income or expense was changed",
}


@dataclass(frozen=True, slots=True)
class StatusRow:
    """How it stands, in words."""

    since: str
    registered: str
    heard: str
    refused: str
    pinned: bool


class HooksPage(OwnerPage[HookStep]):
    """`GET` and `POST /connect/hooks`: the calls are switched on or off, or another secret is trusted."""

    name = "hooks"
    absent = "Nothing can be set here"

    async def _act(self, grant: Grant, browser: Browser, form: Form) -> HookStep:
        link = self._deps.webhooks
        match form.get("action"):
            case "on":
                return await link.turn_on(grant)
            case "off":
                return await link.turn_off(grant)
            case "pin":
                return await link.pin_anew(grant)
            case _:
                raise unreadable()

    async def _page(
        self, grant: Grant, browser: Browser, proof: str, outcome: HookStep | None = None
    ) -> Response:
        link, step = self._deps.webhooks, outcome
        status = await link.status(grant)
        problem = FormProblem(step.text, step.advice) if step and not step.done else None
        return page(
            "hooks.html",
            problem.status if problem else 200,
            notice=self._deps.notice,
            grant=grant.grant_id,
            proof=proof,
            csrf=self._csrf(grant, browser),
            stands=self._row(status) if status else None,
            impossible=None if status else link.problem(grant),
            where=link.shown_address(),
            events={event: _MEANINGS[event] for event in USED_EVENTS},
            days=KEPT.days,
            problem=problem,
            done=f"{step.text} {step.advice}" if step and step.done else "",
        )

    def _row(self, status: HookStatus) -> StatusRow:
        now = self._deps.now()
        return StatusRow(
            since=moment_text(status.created_at, now),
            registered=_REGISTERED[status.registered],
            heard=moment_text(status.heard_at, now) if status.heard_at else _NOT_YET,
            refused=moment_text(status.refused_at, now) if status.refused_at else "",
            pinned=status.pinned,
        )
