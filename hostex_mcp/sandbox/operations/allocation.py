"""Where a stay lives, and whether a request becomes one: box, allocation, approval."""

from hostex_mcp.sandbox.calendar import conflicting_stays, nights, reopen_to_master
from hostex_mcp.sandbox.envelope import bad_request, broken_rule, not_found
from hostex_mcp.sandbox.fields import integer
from hostex_mcp.sandbox.lookups import find, find_stay, stays_of
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row, SandboxAccount
from hostex_mcp.sandbox.vocabulary import HOLDING_STATUSES

CONFLICT_TAG = "Conflicted"


@operation("POST /reservations/{stay_code}/move_to_box")
def move_to_box(call: SandboxCall) -> None:
    """Take a stay off the calendar without cancelling it."""
    _box(call.account, find_stay(call.account, call.path["stay_code"]))


@operation("POST /reservations/{stay_code}/allocate", body=(integer("property_id", required=True),))
def allocate_reservation(call: SandboxCall) -> None:
    """Put a stay on a property; a stay already there goes to the box, marked as conflicting.

    Inferred: 422 for a stay that is cancelled, denied or timed out.
    """
    account, property_id = call.account, call.body["property_id"]
    stay = find_stay(account, call.path["stay_code"])
    find(account.properties, property_id, "Property")
    if stay["status"] not in HOLDING_STATUSES:
        raise broken_rule("The reservation is not active.")
    for other in conflicting_stays(account, stay, property_id):
        if CONFLICT_TAG not in other["tags"]:
            other["tags"] = [*other["tags"], CONFLICT_TAG]
        _box(account, other)
    reopen_to_master(account, stay["property_id"], nights(stay))
    stay |= {"property_id": property_id, "in_reservation_box": False}
    reopen_to_master(account, property_id, nights(stay))


@operation("POST /reservations/{reservation_code}/approve")
def approve_reservation(call: SandboxCall) -> None:
    """Accept a booking request."""
    for stay in _waiting(call):
        stay["status"] = "accepted"


@operation("POST /reservations/{reservation_code}/decline")
def decline_reservation(call: SandboxCall) -> None:
    """Refuse a booking request, which frees its nights."""
    for stay in _waiting(call):
        stay["status"] = "denied"
        reopen_to_master(call.account, stay["property_id"], nights(stay))


def _box(account: SandboxAccount, stay: Row) -> None:
    """Move a stay to the box. Inferred: it is not allocated to its property any more."""
    reopen_to_master(account, stay["property_id"], nights(stay))
    stay |= {"property_id": 0, "in_reservation_box": True}


def _waiting(call: SandboxCall) -> list[Row]:
    """Return the stays of a request that waits for the host, on a channel account that still works."""
    stays = stays_of(call.account, call.path["reservation_code"])
    if any(stay["status"] != "wait_accept" for stay in stays):
        raise bad_request("The reservation is not waiting to be accepted.")
    if _channel_account(call.account, stays[0])["auth_status"] != "active":
        raise bad_request("The channel account is disconnected.")
    return stays


def _channel_account(account: SandboxAccount, stay: Row) -> Row:
    key = (stay["channel_type"], stay["listing_id"])
    for listing in account.listings.values():
        if (listing["channel_type"], listing["listing_id"]) == key:
            return find(account.channel_accounts, listing["channel_account_id"], "Channel account")
    raise not_found("Channel account")
