"""Webhook registrations."""

from hostex_mcp.sandbox.envelope import ApiError
from hostex_mcp.sandbox.fields import array, text
from hostex_mcp.sandbox.lookups import find, iso
from hostex_mcp.sandbox.operation import SandboxCall, operation, public
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.vocabulary import WEBHOOK_EVENTS
from hostex_mcp.sandbox.webhook_calls import secret_of

URL_PATTERN = r"https?://\S+"
_EVENTS = array("events", text("event", enum=WEBHOOK_EVENTS))


@operation("GET /webhooks")
def query_webhooks(call: SandboxCall) -> Row:
    """List registrations; `manageable` are those made with the same token."""
    rows = call.account.webhooks.values()
    return {"webhooks": [public(row) | {"manageable": _is_own(call, row)} for row in rows]}


@operation("POST /webhooks", body=(text("url", required=True, pattern=URL_PATTERN), _EVENTS))
def create_webhook(call: SandboxCall) -> None:
    """Register an address, for every event unless some are named. Neither id nor secret is returned."""
    webhook_id = call.account.new_id()
    call.account.webhooks[webhook_id] = {
        "id": webhook_id,
        "url": call.body["url"],
        "events": list(call.body.get("events") or WEBHOOK_EVENTS),
        "created_at": iso(call.now),
        "_made_by": call.token.label,
        "_secret": secret_of(call.body["url"]),
    }


@operation("PATCH /webhooks/{id}", body=(text("url", pattern=URL_PATTERN), _EVENTS))
def update_webhook(call: SandboxCall) -> None:
    """Change an own registration."""
    webhook = _own(call)
    webhook |= call.body
    if "url" in call.body:
        webhook["_secret"] = secret_of(webhook["url"])


@operation("DELETE /webhooks/{id}")
def delete_webhook(call: SandboxCall) -> None:
    """Remove an own registration."""
    del call.account.webhooks[_own(call)["id"]]


def _is_own(call: SandboxCall, webhook: Row) -> bool:
    return webhook.get("_made_by") == call.token.label


def _own(call: SandboxCall) -> Row:
    webhook = find(call.account.webhooks, call.path["id"], "Webhook")
    if not _is_own(call, webhook):
        raise ApiError(403, "You cannot manage this webhook.")
    return webhook
