"""Automatic messages and reviews that wait to be sent."""

from datetime import UTC, date, datetime, timedelta

from hostex_mcp.sandbox.envelope import bad_request
from hostex_mcp.sandbox.fields import id_list, moment, paging, text, word_list
from hostex_mcp.sandbox.lookups import find
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.reviewing import post_review, review_of
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.threads import deliver, new_message
from hostex_mcp.sandbox.vocabulary import AUTOMATION_TYPES

HORIZON = timedelta(days=30)
DEFAULT_SCORE = 5
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@operation(
    "GET /automation/actions",
    query=(
        *paging(),
        text("type", required=True, enum=AUTOMATION_TYPES),
        text("keyword"),
        text("stay_code"),
        id_list("property_ids"),
        moment("start_time"),
        moment("end_time"),
        word_list("channel_types"),
    ),
)
def query_automation_actions(call: SandboxCall) -> Row:
    """List waiting plans by the time they are due. Inferred: a time without offset is the operator's."""
    query = call.query
    start = call.aware(query["start_time"]) if "start_time" in query else EARLIEST
    end = call.aware(query["end_time"]) if "end_time" in query else LATEST
    if query["type"] == "message":
        end = min(end, call.now + HORIZON)
    keyword = query.get("keyword", "").lower()
    rows = [
        row
        for row in call.account.automation_actions.values()
        if row["type"] == query["type"]
        and keyword in f"{row['name']} {row['send_to']}".lower()
        and query.get("stay_code") in (None, row["stay_code"])
        and row["property_id"] in query.get("property_ids", [row["property_id"]])
        and row["channel_type"] in query.get("channel_types", [row["channel_type"]])
        and start <= _scheduled(row) <= end
    ]
    return call.page("actions", sorted(rows, key=_scheduled))


@operation("POST /automation/actions/{plan_id}/execute")
def execute_automation_action(call: SandboxCall) -> None:
    """Send a waiting message or review right now; it waits no more afterwards."""
    plans = call.account.automation_actions
    plan = find(plans, call.path["plan_id"], "Automation action")
    if plan["type"] == "message":
        _send(call, plan)
    elif plan["type"] == "review":
        _review(call, plan)
    else:
        raise bad_request("The automation action is not supported.")
    del plans[plan["id"]]


@operation("DELETE /automation/actions/{plan_id}")
def delete_automation_action(call: SandboxCall) -> None:
    """Drop a waiting plan."""
    find(call.account.automation_actions, call.path["plan_id"], "Automation action")
    del call.account.automation_actions[call.path["plan_id"]]


def _scheduled(row: Row) -> datetime:
    return datetime.fromisoformat(row["scheduled_at"])


def _send(call: SandboxCall, plan: Row) -> None:
    """Write into the thread of the plan's stay. Inferred: 400 when there is none."""
    stay = call.account.stays.get(plan["stay_code"] or "", {})
    conversation_id = stay.get("conversation_id")
    if conversation_id not in call.account.conversations:
        raise bad_request("There is no conversation to send the message to.")
    content = plan.get("_message", plan["name"])
    message = new_message(call.account, f"Bot:{plan['id']}", call.now, content)
    deliver(call.account, conversation_id, message)


def _review(call: SandboxCall, plan: Row) -> None:
    stay = find(call.account.stays, plan["stay_code"] or "", "Reservation")
    if date.fromisoformat(stay["check_out_date"]) > call.today:
        raise bad_request("The review cannot be sent before the check out date.")
    review = review_of(call.account, stay["reservation_code"], call.today)
    post_review(review, DEFAULT_SCORE, plan.get("_review", plan["name"]), {}, call.now)
    call.account.reviews[review["reservation_code"]] = review
