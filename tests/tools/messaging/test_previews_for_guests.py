"""What a person sees before a guest or the public reads something, on the demo account."""

from collections.abc import Callable
from typing import Any

import pytest

from hostex_mcp.domain.pricing import Quote
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.engine import Call
from tests.support.previewing import (
    Row,
    cells,
    changed,
    confirm,
    demo_sandbox,
    offer,
    preview,
)
from tests.support.previewing import engine as engine
from tests.support.world import add_conversation

pytestmark = pytest.mark.anyio

INES, FATIMA, BOT = "0-2200000003-thr003", "0-2200000011-thr011", "4-2200000036-thr036"
HOSTILE, OSKAR, PRIYA = "0-2200000039-thr039", "0-2200000900-inq001", "0-2200000901-inq002"
REVIEWED, PRIVATE = "0-HMDEMO0008-rev008", "The router is in the cupboard, maybe that is why."
BINDING = "The guest can book at once at this price; until it lapses or is withdrawn it binds the host."
FINAL = "It is public on the channel at once, and cannot be changed or taken back."


@pytest.fixture
def sandbox() -> Sandbox:
    return demo_sandbox()


async def test_a_message_is_shown_whole_with_whom_it_goes_to(call: Call, sandbox: Sandbox) -> None:
    text = "First line.\nSecond line."
    view = await preview(call, sandbox, "send_message", conversation_id=INES, message=text)
    assert view["summary"] == (
        'Send a message to "Inês Exemplar", Harbour Loft (Airbnb); it cannot be taken back'
    )
    assert view["target"]["last_word"] == "guest, Tue 24 Nov 2026, 11:15 UTC"
    assert view["target"]["about"] == ["reservation 0-HMDEMO0005-ine005, Tue 24 to Sat 28 Nov 2026"]
    assert view["target"]["last_guest_message"].startswith("<guest-")
    assert cells(view) == {"message": (None, text)}
    assert "warnings" not in view


async def test_a_thread_where_the_team_spoke_last_and_an_automation_is_due_is_warned_of(
    call: Call, sandbox: Sandbox
) -> None:
    view = await preview(call, sandbox, "send_message", conversation_id=FATIMA, message="Hello")
    assert view["warnings"] == [
        "The last word is not the guest's: one of the team wrote last, Mon 23 Nov 2026, 17:50 UTC.",
        'The automatic message "Send message: Check-out reminder" (plan 6600001) goes out to this guest at '
        "2026-11-24T18:00:00+00:00 anyway.",
    ]


async def test_a_template_as_the_last_word_is_told_from_a_person(call: Call, sandbox: Sandbox) -> None:
    view = await preview(call, sandbox, "send_message", conversation_id=BOT, message="Hello")
    warning = "The last word is not the guest's: an automatic message wrote last, Mon 23 Nov 2026, 10:00 UTC."
    assert view["warnings"] == [warning]


async def test_the_stay_of_an_order_of_several_is_matched_to_its_automation(
    call: Call, sandbox: Sandbox
) -> None:
    plan = sandbox.accounts.main.automation_actions[6600001]
    plan["stay_code"] = "2-4310000024_1-grp024"
    thread = "2-2200000028-thr028"
    view = await preview(call, sandbox, "send_message", conversation_id=thread, message="Hello")
    assert any("plan 6600001" in warning for warning in view["warnings"])


async def test_a_text_that_was_sent_before_is_noticed(call: Call, sandbox: Sandbox) -> None:
    messages = sandbox.accounts.main.conversations[FATIMA]["messages"]
    text = next(message["content"] for message in messages if message["sender_role"] == "host")
    view = await preview(call, sandbox, "send_message", conversation_id=FATIMA, message=text)
    assert view["warnings"][-1] == "The same text was sent already, Mon 23 Nov 2026, 17:50 UTC."


async def test_an_empty_thread_is_written_to_knowingly(call: Call, sandbox: Sandbox) -> None:
    line: Row = {"id": "1", "sender_role": "guest", "content": "Source: reservation_book", "created_at": None}
    add_conversation(sandbox.accounts.main, "0-9-new", messages=[line])
    view = await preview(call, sandbox, "send_message", conversation_id="0-9-new", message="Hello")
    assert view["warnings"] == ["Nobody has written in this thread yet."]
    assert view["target"]["last_word"] == "nobody"


async def test_a_message_without_a_time_is_shown_without_one(call: Call, sandbox: Sandbox) -> None:
    for message in sandbox.accounts.main.conversations[INES]["messages"]:
        message["created_at"] = None
    view = await preview(call, sandbox, "send_message", conversation_id=INES, message="Hello")
    assert view["target"]["last_word"] == "guest, at an unknown time"


async def test_a_hostile_guest_stays_inside_the_fence(call: Call, sandbox: Sandbox) -> None:
    view = await preview(call, sandbox, "send_message", conversation_id=HOSTILE, message="Hello")
    text: str = view["target"]["last_guest_message"]
    label = text[1 : text.index(">")]
    assert label.startswith("guest-")
    assert text.endswith(f"</{label}>")
    assert text.count(label) == 2
    assert "\n" not in text
    assert not {"\u200b", "\u202e"} & set(text)
    rest = [value for name, value in view["target"].items() if name != "last_guest_message"]
    assert all("ignore" not in str(value).lower() for value in [*rest, view["summary"]])


OFFER: Row = {
    "conversation_id": OSKAR,
    "listing_id": "900000000000000101",
    "check_in_date": "2026-12-27",
    "check_out_date": "2026-12-31",
    "price": 300,
    "number_of_adults": 2,
}


def set_prices(sandbox: Sandbox, nightly: int) -> None:
    rates = sandbox.accounts.main.rates["airbnb", "900000000000000101"]
    rates.base = rates.weekend = nightly
    rates.prices.clear()


@pytest.mark.parametrize(
    ("price", "warning"),
    [
        (300, "The price is 25 % below the calendar's €400, which has no fees or discounts."),
        (304, None),
        (496, None),
        (4000, "The price is 900 % above the calendar's €400, which has no fees or discounts."),
    ],
)
async def test_an_offer_is_held_against_the_calendar(
    call: Call, sandbox: Sandbox, price: int, warning: str | None
) -> None:
    set_prices(sandbox, 100)
    view = await preview(call, sandbox, "send_special_offer", **{**OFFER, "price": price})
    assert (
        view["summary"]
        == f'Offer €{price:,} for Sun 27 to Thu 31 Dec 2026 to "Oskar Muster", Harbour Loft (Airbnb)'
    )
    assert cells(view)["price of the whole stay"] == ("€400 by the calendar", f"€{price:,}")
    assert cells(view)["listing"][1] == "Harbour Loft (Airbnb listing 900000000000000101)"
    assert view["warnings"] == [*([warning] if warning else []), BINDING]


async def test_an_offer_of_another_property_on_taken_nights_beside_an_older_one_is_warned_of(
    call: Call, sandbox: Sandbox
) -> None:
    changes = {"conversation_id": PRIYA, "check_in_date": "2026-12-16", "check_out_date": "2026-12-20"}
    view = await preview(call, sandbox, "send_special_offer", **{**OFFER, **changes})
    assert "An offer is active already: special offer, Thu 24 to Tue 29 Dec 2026, €520." in view["warnings"]
    assert "Nothing is for sale on the nights of Wed 16 to Fri 18 Dec 2026." in view["warnings"]
    assert "The guest asked about Alfama Terrace, the offer is for Harbour Loft." in view["warnings"]


async def test_an_offer_in_another_currency_or_of_an_unknown_listing_is_warned_of(
    call: Call, sandbox: Sandbox
) -> None:
    add_conversation(sandbox.accounts.main, "6-9-site", "booking_site")
    site = {"conversation_id": "6-9-site", "rate_plan_id": "1", "listing_id": "300101-40001"}
    view = await preview(call, sandbox, "send_special_offer", **{**OFFER, **site, "currency": "USD"})
    assert "The offer is in USD, the listing is sold in EUR." in view["warnings"]
    sandbox.accounts.main.properties[20110001]["channels"] = []
    unsold = await preview(call, sandbox, "send_special_offer", **OFFER)
    assert cells(unsold)["listing"][1] == "unknown (Airbnb listing 900000000000000101)"


async def test_an_offer_that_cannot_be_compared_says_so(
    call: Call, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> Quote:
        return Quote(None, [])

    monkeypatch.setattr("hostex_mcp.tools.messaging._offer_preview.calendar_quote", unknown)
    view = await preview(call, sandbox, "send_special_offer", **OFFER)
    warning = "The calendar has no price for these nights, so the offer could not be compared."
    assert warning in view["warnings"]
    assert cells(view)["price of the whole stay"] == ("unknown", "€300")


async def test_an_inquiry_is_pre_approved_at_the_calendars_price(call: Call, sandbox: Sandbox) -> None:
    set_prices(sandbox, 100)
    view = await preview(call, sandbox, "send_preapproval", conversation_id=OSKAR)
    assert view["summary"] == 'Pre-approve the inquiry of "Oskar Muster", Harbour Loft (Airbnb)'
    assert cells(view) == {
        "dates": (None, "Sun 27 to Thu 31 Dec 2026"),
        "price of the whole stay": (None, "€400 by the calendar"),
    }
    assert view["warnings"] == [BINDING]


async def test_an_inquiry_without_dates_is_pre_approved_without_a_price(call: Call, sandbox: Sandbox) -> None:
    sandbox.accounts.main.conversations[OSKAR]["activities"][0]["check_in_date"] = None
    view = await preview(call, sandbox, "send_preapproval", conversation_id=OSKAR)
    assert (view["warnings"], "changes" in view) == ([BINDING], False)


async def test_a_withdrawal_says_what_is_withdrawn(call: Call, sandbox: Sandbox) -> None:
    arguments = {"conversation_id": PRIYA, "special_offer_id": "1500000777"}
    view = await preview(call, sandbox, "withdraw_special_offer", **arguments)
    offer_said = "special offer, Thu 24 to Tue 29 Dec 2026, €520"
    assert view["summary"] == f'Withdraw the {offer_said}, from "Priya Namoona", Alfama Terrace (Airbnb)'
    assert view["warnings"] == [
        "The guest sees that it is withdrawn and can no longer book on it.",
        "It cannot be revived; only a new offer can be sent.",
    ]


async def test_a_reply_is_shown_beside_the_review_and_keeps_private_feedback_private(
    call: Call, sandbox: Sandbox
) -> None:
    arguments = {"reservation_code": REVIEWED, "host_reply_content": "Thank you, come again!"}
    view = await preview(call, sandbox, "reply_to_review", **arguments)
    assert view["summary"].startswith("Publish a reply to the review by ")
    assert view["target"]["guest_review"].startswith("<guest-")
    assert view["target"]["property_title"]
    assert cells(view) == {"host_reply_content": (None, "Thank you, come again!")}
    assert view["warnings"][0] == FINAL
    assert view["warnings"][1].startswith("The guest also left private feedback")
    assert PRIVATE not in str(view)


async def test_a_review_that_an_automation_would_post_too_is_warned_of(call: Call, sandbox: Sandbox) -> None:
    words: Row = {"host_review_score": 5, "host_review_content": "Tidy and kind."}
    arguments = {"reservation_code": "0-HMDEMO0004-dep004", **words}
    view = await preview(call, sandbox, "create_review", **arguments)
    assert view["summary"].startswith('Publish a review of "Noah Dummy", Harbour Loft, ')
    assert cells(view) == {name: (None, value) for name, value in words.items()}
    assert view["warnings"] == [
        FINAL,
        'The automatic review "Review guest: five stars" (plan 6600021) would be posted for this stay at '
        "2026-11-27T11:00:00+00:00.",
    ]


async def test_a_review_that_gives_private_feedback_away_is_warned_of(call: Call, sandbox: Sandbox) -> None:
    words = {"host_review_score": 4, "host_review_content": "Yes, the router is in the cupboard!"}
    view = await preview(call, sandbox, "create_review", reservation_code=REVIEWED, **words)
    assert view["warnings"] == [FINAL, "It repeats what the guest wrote as private feedback."]


def guest_writes(account: SandboxAccount) -> None:
    thread = account.conversations[INES]
    thread["messages"].insert(0, {**thread["messages"][0], "id": "new", "content": "Forget it."})


def another_automation(account: SandboxAccount) -> None:
    account.automation_actions[6600012]["scheduled_at"] = "2026-11-24T13:00:00+00:00"


def dearer(account: SandboxAccount) -> None:
    account.rates["airbnb", "900000000000000101"].prices.clear()
    account.rates["airbnb", "900000000000000101"].base += 50


def guest_renamed(account: SandboxAccount) -> None:
    account.conversations[PRIYA]["guest"]["name"] = "Someone Else"


def review_edited(account: SandboxAccount) -> None:
    account.reviews[REVIEWED]["guest_review"]["score"] = 1


MESSAGE: Row = {"conversation_id": INES, "message": "Hello"}
STEPS: list[tuple[str, Row, Callable[[SandboxAccount], None], str]] = [
    ("send_message", MESSAGE, guest_writes, "POST /conversations/{conversation_id}"),
    ("send_message", MESSAGE, another_automation, "POST /conversations/{conversation_id}"),
    ("send_special_offer", OFFER, dearer, "POST /conversations/{conversation_id}/special_offers"),
    (
        "send_preapproval",
        {"conversation_id": OSKAR},
        dearer,
        "POST /conversations/{conversation_id}/preapprovals",
    ),
    (
        "withdraw_special_offer",
        {"conversation_id": PRIYA, "special_offer_id": "1500000777"},
        guest_renamed,
        "DELETE /conversations/{conversation_id}/special_offers/{special_offer_id}",
    ),
    (
        "reply_to_review",
        {"reservation_code": REVIEWED, "host_reply_content": "Thank you!"},
        review_edited,
        "POST /reviews/{reservation_code}",
    ),
    (
        "create_review",
        {"reservation_code": REVIEWED, "host_review_content": "Kind.", "host_review_score": 5},
        review_edited,
        "POST /reviews/{reservation_code}",
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "event", "operation"), STEPS)
async def test_a_token_holds_for_what_was_shown_and_for_nothing_else(
    call: Call,
    sandbox: Sandbox,
    tool: str,
    arguments: Row,
    event: Callable[[SandboxAccount], Any],
    operation: str,
) -> None:
    offered = await offer(call, sandbox, tool, **arguments)
    event(sandbox.accounts.main)
    refused = await confirm(call, offered, tool, **arguments)
    assert (refused["status"], refused["reason"]) == ("confirmation_required", "state_changed")
    assert changed(sandbox) == []
    assert (await confirm(call, refused, tool, **arguments))["status"] == "done"
    assert changed(sandbox) == [operation]
