"""Automatic messages that wait to be sent, and which of them a person has overtaken."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from hostex_mcp.api.endpoints.automation import AutomationAction
from hostex_mcp.api.endpoints.messaging import Conversation
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.messages import author
from hostex_mcp.domain.stays import order_code

# Inferred: Hostex begins the name of each message of a rule so.
_PREFIX = "Send message: "


def plan_title(plan: AutomationAction) -> str:
    """Return the name of a plan without the words that its type says already."""
    return one_line(plan.name).removeprefix(_PREFIX)


def overtaken(
    plans: Iterable[AutomationAction], threads: Iterable[Conversation]
) -> Mapping[str, list[AutomationAction]]:
    """Return, by thread, the messages that wait although a person has answered there since the guest last
    wrote. Hostex does not show their text, so whether one is still wanted only a person can tell."""
    by_order = {
        activity.reservation_code: thread.id
        for thread in threads
        if _answered_by_a_person(thread)
        for activity in thread.activities
        if activity.reservation_code
    }
    found: dict[str, list[AutomationAction]] = defaultdict(list)
    for plan in plans:
        code = plan.stay_code or ""
        thread_id = by_order.get(code) or by_order.get(order_code(code))
        if thread_id:
            found[thread_id].append(plan)
    return found


def _answered_by_a_person(thread: Conversation) -> bool:
    """Whether one of the team has written since the guest last did. Messages come newest first (observed)."""
    answered = False
    for message in thread.messages:
        match author(message):
            case "team":
                answered = True
            case "guest":
                return answered
            case _:
                pass
    return False
