"""Sending or dropping automatic messages and reviews that wait."""

from dataclasses import dataclass
from datetime import timedelta

from hostex_mcp.api import NotFound, read_all
from hostex_mcp.api.endpoints import automation as api
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import guest_in_words
from hostex_mcp.domain.wording import quoted
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.arguments import FieldProblem, Id, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, everything, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.automation.read import ActionRow
from hostex_mcp.tools.writing.edits import rows

# How far the clocks of the earth are ahead of and behind UTC.
_EARLIEST_DAY, _LATEST_DAY = timedelta(hours=14), timedelta(hours=12)
_SENT = "{} gets it at once on {}, for good."
_PUBLISHED = "A review is public on the channel and cannot be changed or taken back."


class PlanRow(ActionRow, total=False):
    """A message or review that was waiting, under the id of its plan."""

    type: str
    property_title: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits under a plan, and what waits for the same stay beside it, fit to be shown."""

    plan: api.AutomationAction
    others: list[str]

    @property
    def row(self) -> PlanRow:
        """The plan with all that Hostex tells of it."""
        return PlanRow(**everything(self.plan))

    @property
    def target(self) -> JsonObject:
        """Whom and what it concerns."""
        return lean({**self.row, "property_id": None})

    @property
    def name(self) -> str:
        """The plan in a few words."""
        plan = self.plan
        whose = f"{guest_in_words(plan.send_to)}, {quoted(one_line(plan.property_title))}"
        return f"the automatic {plan.type} {quoted(one_line(plan.name))} for {whose}"


async def _waiting(context: Context, plan_id: int) -> _Waiting:
    """What waits under this plan.

    Raises:
        NotFound: when Hostex lists no such plan.
    """
    listing = api.LIST_AUTOMATION_ACTIONS
    for kind in ("message", "review"):
        plans = context.redactor().redact(
            (await read_all(context.client, listing, query={"type": kind})).items
        )
        for plan in plans:
            if plan.id == plan_id:
                same = [one for one in plans if one.stay_code == plan.stay_code and one is not plan]
                others = [
                    f"{quoted(one_line(one.name))} at {one.scheduled_at}" for one in same if plan.stay_code
                ]
                return _Waiting(plan, others)
    problem = f"No review and no message of the next 30 days waits under plan {plan_id}."
    raise NotFound(problem, operation=listing.name)


@tool(
    "Send an automatic action now",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="execute_automation_action",
    open_world=True,
    keywords="run execute scheduled message template review at once",
)
async def execute_automation_action(context: Context, plan_id: Id) -> PlannedWrite[PlanRow]:
    """Send a waiting automatic message to the guest, or publish a waiting automatic review, at once instead
    of at its time. A review can go out only from the check-out date on. `plan_id` is the id that
    `list_automation_actions` gives; Hostex does not show the text beforehand."""
    waiting = await _waiting(context, plan_id)
    plan = waiting.plan
    early = await _too_early(context, plan) if plan.type == "review" else []

    async def send() -> PlanRow:
        await context.client.call(api.EXECUTE_AUTOMATION_ACTION, path={"plan_id": plan_id})
        return waiting.row

    review = plan.type == "review"
    changes = rows({"scheduled_at": "now"}, {"scheduled_at": plan.scheduled_at})
    warnings = [
        _PUBLISHED if review else _SENT.format(guest_in_words(plan.send_to), channel_name(plan.channel_type)),
        "Hostex does not show its text beforehand.",
        *early,
        *(f"This waits for the same stay too: {other}." for other in waiting.others),
    ]
    summary = f"{'Publish' if review else 'Send'} {waiting.name}, now"
    return PlannedWrite(send, preview=Preview(summary, waiting.target, changes, warnings))


async def _too_early(context: Context, plan: api.AutomationAction) -> list[str]:
    """A warning where a review is perhaps asked to go out before check-out. Hostex judges by the operator's
    time zone, which it does not tell.

    Raises:
        InvalidArguments: when it is before check-out in every time zone.
    """
    if not plan.stay_code:
        return []
    check_out = (await find_stay(context, plan.stay_code)).check_out_date
    if (context.now() + _EARLIEST_DAY).date() < check_out:
        problem = f"is a review of a stay that ends on {check_out}; it cannot go out before"
        raise InvalidArguments(FieldProblem("plan_id", problem))
    if (context.now() - _LATEST_DAY).date() < check_out:
        return [f"Hostex refuses it while it is not yet {check_out}, the check-out, where the operator is."]
    return []


@tool(
    "Drop an automatic action",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="delete_automation_action",
    destructive=True,
    idempotent=True,
    keywords="cancel stop scheduled message template review",
)
async def delete_automation_action(context: Context, plan_id: Id) -> PlannedWrite[PlanRow]:
    """Drop one waiting automatic message or review, so that it is never sent. The rule behind it goes on for
    other stays. `plan_id` is the id that `list_automation_actions` gives."""
    waiting = await _waiting(context, plan_id)

    async def send() -> PlanRow:
        await context.client.call(api.DELETE_AUTOMATION_ACTION, path={"plan_id": plan_id})
        return waiting.row

    changes = rows({"scheduled_at": "never"}, {"scheduled_at": waiting.plan.scheduled_at})
    summary = f"Drop {waiting.name}, so that it is never sent"
    warnings = [f"{guest_in_words(waiting.plan.send_to)} does not get it. This cannot be taken back."]
    return PlannedWrite(send, preview=Preview(summary, waiting.target, changes, warnings))
