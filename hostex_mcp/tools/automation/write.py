"""Tools that send or drop waiting automatic messages and reviews."""

from dataclasses import dataclass
from datetime import timedelta

from hostex_mcp.api import FieldProblem, NotFound, read_all
from hostex_mcp.api.endpoints import automation as api
from hostex_mcp.domain.automations import plan_title
from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import guest_in_words
from hostex_mcp.domain.wording import in_quotes, quoted
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.arguments import Id, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import JsonObject, PlannedWrite, Preview, everything, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.automation.read import ActionRow
from hostex_mcp.tools.writing.edits import change_rows

# How far the clocks of the earth are ahead of and behind UTC.
_EARLIEST_DAY, _LATEST_DAY = timedelta(hours=14), timedelta(hours=12)
_SENT = "{} gets it at once on {}, and it cannot be taken back."
_PUBLISHED = "A review is public on the channel and cannot be changed or taken back."


class PlanRow(ActionRow, total=False):
    """A message or review that was waiting, under the id of its plan."""

    type: str
    property_title: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A waiting plan, redacted, and in words what else waits for the same stay."""

    plan: api.AutomationAction
    others: list[str]

    @property
    def row(self) -> PlanRow:
        """Return the plan with everything that Hostex tells of it."""
        return PlanRow(**everything(self.plan))

    @property
    def target(self) -> JsonObject:
        """Return whom and what the plan concerns."""
        return lean({**self.row, "name": self.title, "property_id": None})

    @property
    def title(self) -> str:
        """Return the name of the plan without the words that its type says already."""
        return plan_title(self.plan)

    @property
    def name(self) -> str:
        """Return the plan in a few words."""
        plan = self.plan
        guest = f"{guest_in_words(plan.send_to)}, {quoted(one_line(plan.property_title))}"
        return f"the automatic {plan.type} {in_quotes(self.title)} for {guest}"


async def _waiting(context: Context, plan_id: int) -> _Waiting:
    """Find a waiting plan.

    Raises:
        NotFound: when Hostex lists no such plan.
    """
    listing = api.LIST_AUTOMATION_ACTIONS
    # Hostex lists one type at a time.
    for kind in ("message", "review"):
        listed = (await read_all(context.client, listing, query={"type": kind})).items
        plans = context.redactor().redact(listed)
        plan = next((plan for plan in plans if plan.id == plan_id), None)
        if plan:
            others = [
                f"{quoted(one_line(other.name))} at {other.scheduled_at}"
                for other in plans
                if other is not plan and plan.stay_code and other.stay_code == plan.stay_code
            ]
            return _Waiting(plan, others)
    problem = f"No review, and no message of the next 30 days, waits under plan {plan_id}."
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
    changes = change_rows({"scheduled_at": "now"}, {"scheduled_at": plan.scheduled_at})
    warnings = [
        _PUBLISHED if review else _SENT.format(guest_in_words(plan.send_to), channel_name(plan.channel_type)),
        "Hostex does not show the text beforehand.",
        *early,
        *(f"Also waiting for this stay: {other}." for other in waiting.others),
    ]
    summary = f"{'Publish' if review else 'Send'} {waiting.name}, now"
    return PlannedWrite(send, preview=Preview(summary, waiting.target, changes, warnings))


async def _too_early(context: Context, plan: api.AutomationAction) -> list[str]:
    """Warn where a review would perhaps go out before check-out. Hostex judges by the operator's time zone,
    which it does not tell.

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
        return [f"Hostex refuses it before {check_out}, the day of check-out in the operator's time zone."]
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
    """Drop one waiting automatic message or review, so that it is never sent. Its rule goes on for other
    stays. `plan_id` is the id that `list_automation_actions` gives."""
    waiting = await _waiting(context, plan_id)

    async def send() -> PlanRow:
        await context.client.call(api.DELETE_AUTOMATION_ACTION, path={"plan_id": plan_id})
        return waiting.row

    changes = change_rows({"scheduled_at": "never"}, {"scheduled_at": waiting.plan.scheduled_at})
    summary = f"Drop {waiting.name}, so that it is never sent"
    warnings = [f"{guest_in_words(waiting.plan.send_to)} does not get it, and this cannot be taken back."]
    return PlannedWrite(send, preview=Preview(summary, waiting.target, changes, warnings))
