"""Sending or dropping automatic messages and reviews that wait."""

from hostex_mcp.api import NotFound, read_all
from hostex_mcp.api import automation as api
from hostex_mcp.tools.arguments import Id
from hostex_mcp.tools.automation import ActionRow
from hostex_mcp.tools.context import Context
from hostex_mcp.tools.results import Change, Preview, everything
from hostex_mcp.tools.tool import Effect, tool


class PlanRow(ActionRow, total=False):
    """A message or review that was waiting, under the id of its plan."""

    type: str
    property_title: str


async def _waiting(context: Context, plan_id: int) -> api.AutomationAction:
    """What waits under this plan, fit to be shown.

    Raises:
        NotFound: when Hostex lists no such plan.
    """
    listing = api.LIST_AUTOMATION_ACTIONS
    for kind in ("message", "review"):
        for plan in (await read_all(context.client, listing, query={"type": kind})).items:
            if plan.id == plan_id:
                return context.screen().show(plan)
    problem = f"No review and no message of the next 30 days waits under plan {plan_id}."
    raise NotFound(problem, operation=listing.name)


@tool(
    "automation",
    "Send an automatic action now",
    effect=Effect.CONSEQUENTIAL,
    official="execute_automation_action",
    open_world=True,
    words="run execute scheduled message template review at once",
)
async def execute_automation_action(context: Context, plan_id: Id) -> Change[PlanRow]:
    """Send a waiting automatic message to the guest, or publish a waiting automatic review, at once instead
    of at its time. A review can go out only from the check-out date on. `plan_id` is the id that
    `list_automation_actions` gives; Hostex does not show the text beforehand."""
    plan = await _waiting(context, plan_id)
    row = PlanRow(**everything(plan))

    async def send() -> PlanRow:
        await context.client.call(api.EXECUTE_AUTOMATION_ACTION, path={"plan_id": plan_id})
        return row

    kind = "Publish this review" if plan.type == "review" else "Send this message to the guest"
    return Change(send, preview=Preview(f"{kind} now", row))


@tool(
    "automation",
    "Drop an automatic action",
    effect=Effect.CONSEQUENTIAL,
    official="delete_automation_action",
    destructive=True,
    idempotent=True,
    words="cancel stop scheduled message template review",
)
async def delete_automation_action(context: Context, plan_id: Id) -> Change[PlanRow]:
    """Drop one waiting automatic message or review, so that it is never sent. The rule behind it goes on for
    other stays. `plan_id` is the id that `list_automation_actions` gives."""
    row = PlanRow(**everything(await _waiting(context, plan_id)))

    async def send() -> PlanRow:
        await context.client.call(api.DELETE_AUTOMATION_ACTION, path={"plan_id": plan_id})
        return row

    return Change(send, preview=Preview("Drop this for good, so that it is never sent", row))
