"""Special offers and pre-approvals inside threads."""

from datetime import date, timedelta

from hostex_mcp.sandbox.envelope import bad_request, broken_rule, not_found
from hostex_mcp.sandbox.fields import day, integer, number, text
from hostex_mcp.sandbox.lookups import require_known, zulu
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.operations.conversations import find_conversation
from hostex_mcp.sandbox.state import Row

OFFER_CHANNELS = ("airbnb", "booking_site")
LIFETIME = timedelta(hours=24)


@operation("GET /conversations/{conversation_id}/special_offers")
def query_special_offers(call: SandboxCall) -> Row:
    """List a thread's offers, newest first."""
    return {"special_offers": find_conversation(call).get("_offers", [])}


@operation(
    "POST /conversations/{conversation_id}/special_offers",
    body=(
        text("listing_id", required=True),
        day("check_in_date", required=True),
        day("check_out_date", required=True),
        number("price", required=True),
        integer("number_of_adults", required=True, minimum=1),
        *(
            integer(name, minimum=0, default=0)
            for name in ("number_of_children", "number_of_infants", "number_of_pets")
        ),
        text("rate_plan_id"),
        text("currency"),
    ),
)
def send_special_offer(call: SandboxCall) -> None:
    """Offer dates at a price. Inferred: 400 on channels without offers, 422 for unknown listings."""
    conversation, body = find_conversation(call), call.body
    channel = conversation["channel_type"]
    if channel not in OFFER_CHANNELS:
        raise bad_request("Special offers are not available on this channel.")
    _check_offer(call, channel)
    currency = call.account.rates[channel, body["listing_id"]].currency
    offer = {
        "offer_type": "special_offer",
        "listing_id": body["listing_id"],
        "number_of_guests": body["number_of_adults"] + body["number_of_children"],
        "price": body["price"],
        "currency": body["currency"] if channel == "booking_site" else currency,
    }
    _add(call, conversation, offer, body["check_in_date"], body["check_out_date"])


@operation("DELETE /conversations/{conversation_id}/special_offers/{special_offer_id}")
def withdraw_special_offer(call: SandboxCall) -> None:
    """Withdraw an offer. Inferred: 404 for an unknown one, 400 for one that is not active."""
    offers: list[Row] = find_conversation(call).get("_offers", [])
    offer = next((offer for offer in offers if offer["id"] == call.path["special_offer_id"]), None)
    if offer is None:
        raise not_found("Special offer")
    if offer["status"] != "active":
        raise bad_request("The special offer is not active.")
    offer["status"] = "withdrawn"


@operation("POST /conversations/{conversation_id}/preapprovals")
def send_preapproval(call: SandboxCall) -> None:
    """Pre-approve an Airbnb inquiry. Inferred: 400 on other channels and for threads without an inquiry."""
    conversation = find_conversation(call)
    if conversation["channel_type"] != "airbnb":
        raise bad_request("Pre-approvals are only available on Airbnb.")
    inquiry = next(
        (activity for activity in conversation["activities"] if activity["activity_type"] == "inquiry"), None
    )
    if inquiry is None:
        raise bad_request("There is no inquiry to pre-approve.")
    check_in = date.fromisoformat(inquiry["check_in_date"])
    check_out = date.fromisoformat(inquiry["check_out_date"])
    rates = call.account.rates.get(("airbnb", inquiry["listing_id"]))
    nightly, currency = (rates.base, rates.currency) if rates else (0, None)
    offer = {
        "offer_type": "preapproval",
        "listing_id": inquiry["listing_id"],
        "number_of_guests": 1,
        "price": nightly * (check_out - check_in).days,
        "currency": currency,
    }
    _add(call, conversation, offer, check_in, check_out)


def _check_offer(call: SandboxCall, channel: str) -> None:
    body = call.body
    if body["check_out_date"] <= body["check_in_date"]:
        raise broken_rule("The check out date must be a date after check in date.")
    if body["price"] <= 0:
        raise broken_rule("The price must be greater than 0.")
    own = [listing_id for channel_type, listing_id in call.account.rates if channel_type == channel]
    require_known([body["listing_id"]], own, "listing id")
    for name in ("rate_plan_id", "currency"):
        if channel == "booking_site" and not body.get(name):
            raise bad_request(f"The {name.replace('_', ' ')} field is required.")


def _add(call: SandboxCall, conversation: Row, offer: Row, check_in: date, check_out: date) -> None:
    stay = {
        "check_in_date": str(check_in),
        "check_out_date": str(check_out),
        "nights": (check_out - check_in).days,
    }
    times = {"expire_time": zulu(call.now + LIFETIME), "create_time": zulu(call.now)}
    row = {"id": str(call.account.new_id()), "status": "active"} | offer | stay | times
    conversation["_offers"] = [row, *conversation.get("_offers", [])]
