"""One valid call of each operation on knowledge, automation, webhooks and partner access."""

from collections.abc import Callable
from typing import Any

from tests.contract.calls import PAGE, at, body, body_at, query
from tests.contract.hostex import Given
from tests.contract.known import Known, first


def _knowledge_bases(known: Known) -> Given:
    row = first(known.knowledge_bases, lambda row: row["scope_property"]["type"] == "by_property")
    wanted = ",".join(map(str, row["scope_property"]["ids"]))
    return query(**PAGE, property_ids=wanted, channel_types="airbnb,booking.com")


def _knowledge(known: Known) -> dict[str, Any]:
    return {
        "scope_property": {"type": "by_property", "ids": [known.properties[0]["id"]]},
        "scope_channel": {"type": "by_channel", "channels": ["airbnb"]},
        "contents": [{"sub_title": "Quiet hours", "text": "From ten to eight."}],
        "is_enable": True,
        "title": "House rules",
    }


def _plans(known: Known) -> Given:
    row = known.plan("message")
    return query(
        **PAGE,
        type="message",
        keyword=row["name"][:4],
        stay_code=row["stay_code"],
        property_ids=str(row["property_id"]),
        start_time=row["scheduled_at"],
        end_time=row["scheduled_at"],
        channel_types=row["channel_type"],
    )


def _own_webhook(known: Known) -> dict[str, str | int]:
    return {"id": first(known.webhooks, lambda row: row["manageable"])["id"]}


PARTNER = {"client_id": "sandbox-partner", "client_secret": "sandbox-partner-secret"}
HOOK = {"url": "https://hooks.example.com/hostex", "events": ["message_created", "transaction_deleted"]}
RULES: dict[str, Callable[[Known], Given]] = {
    "GET /knowledge_bases": _knowledge_bases,
    "POST /knowledge_bases": lambda known: body(**_knowledge(known)),
    "GET /knowledge_bases/{id}": lambda known: at(id=known.knowledge_bases[0]["id"]),
    "PATCH /knowledge_bases/{id}": lambda known: body_at(
        {"id": known.knowledge_bases[0]["id"]}, **_knowledge(known)
    ),
    "DELETE /knowledge_bases/{id}": lambda known: at(id=known.knowledge_bases[0]["id"]),
    "GET /automation/actions": _plans,
    "POST /automation/actions/{plan_id}/execute": lambda known: at(plan_id=known.plan("message")["id"]),
    "DELETE /automation/actions/{plan_id}": lambda known: at(plan_id=known.plan("review")["id"]),
    "GET /webhooks": lambda _: Given(),
    "POST /webhooks": lambda _: body(**HOOK),
    "PATCH /webhooks/{id}": lambda known: body_at(_own_webhook(known), "url", **HOOK),
    "DELETE /webhooks/{id}": lambda known: Given(_own_webhook(known)),
    "POST /oauth/authorizations": lambda _: body(
        **PARTNER, grant_type="authorization_code", code="", refresh_token=""
    ),
    "POST /oauth/revoke": lambda _: body(**PARTNER, token="of-some-partner"),
}
