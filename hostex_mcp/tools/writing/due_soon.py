"""Automatic messages and reviews that wait and would reach the same guest."""

from collections.abc import Collection
from datetime import timedelta

from hostex_mcp.api import read_all
from hostex_mcp.api.endpoints.automation import LIST_AUTOMATION_ACTIONS, AutomationAction
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.stays import order_code
from hostex_mcp.toolkit.context import Context

SOON = timedelta(hours=24)


async def due_soon(context: Context, reservation_codes: Collection[str]) -> list[str]:
    """Return a warning for each automatic message that goes out to the guests of some orders within a day.
    Inferred: Hostex takes a time with an offset as it is meant; its own times are the operator's local
    ones."""
    now = context.now()
    period = {
        "start_time": now.isoformat(timespec="seconds"),
        "end_time": (now + SOON).isoformat(timespec="seconds"),
    }
    plans = await _pending_plans(context, reservation_codes, {"type": "message", **period})
    return [f"{_plan_name(plan)} goes out to this guest at {plan.scheduled_at} anyway." for plan in plans]


async def review_due(context: Context, reservation_code: str) -> list[str]:
    """Return a warning for each automatic review that waits for an order."""
    plans = await _pending_plans(context, [reservation_code], {"type": "review"})
    return [f"{_plan_name(plan)} would be posted for this stay at {plan.scheduled_at}." for plan in plans]


async def _pending_plans(
    context: Context, reservation_codes: Collection[str], query: dict[str, str]
) -> list[AutomationAction]:
    if not reservation_codes:
        return []
    plans = (await read_all(context.client, LIST_AUTOMATION_ACTIONS, query=query)).items
    return [
        plan for plan in plans if {plan.stay_code, order_code(plan.stay_code or "")} & {*reservation_codes}
    ]


def _plan_name(plan: AutomationAction) -> str:
    return f'The automatic {plan.type} "{one_line(plan.name)}" (plan {plan.id})'
