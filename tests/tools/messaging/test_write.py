"""Messages, notes and offers to guests, through the engine against a small host."""

import base64
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from mcp.types import CallToolResult
from PIL import Image

from hostex_mcp.api import HostexClient
from hostex_mcp.public_fetch import Fetched, FetchFailed
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select
from tests.support.clock import Clock, ahead
from tests.support.engine import Call
from tests.support.requests_sent import sent, take_back, written
from tests.support.small_host import Row, done, problems, small_sandbox
from tests.support.world import add_conversation

pytestmark = pytest.mark.anyio

SEND = "POST /conversations/{conversation_id}"
OFFERS = "/conversations/{conversation_id}/special_offers"
THREAD = "0-1-one"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = small_sandbox()
    inquiry = {
        "activity_type": "inquiry",
        "check_in_date": ahead(20),
        "check_out_date": ahead(22),
        "listing_id": "A1",
        "property": {"id": 1, "title": "Harbour Loft"},
    }
    add_conversation(sandbox.accounts.main, THREAD, activities=[inquiry])
    add_conversation(sandbox.accounts.main, "2-2-two", "booking.com")
    add_conversation(sandbox.accounts.main, "6-3-six", "booking_site")
    return sandbox


@pytest.fixture
def engine(client: HostexClient, tmp_path: Path) -> Engine:
    selection = select(["all"])
    context = Context(client, selection.reachable, image_folders=(tmp_path,), now=Clock())
    return Engine(selection, context, "off")


def texts(sandbox: Sandbox, thread: str = THREAD) -> list[str]:
    return [message["content"] for message in sandbox.accounts.main.conversations[thread]["messages"]]


def png(width: int = 30) -> bytes:
    written = BytesIO()
    Image.new("RGB", (width, 20), "navy").save(written, "PNG")
    return written.getvalue()


async def test_a_message_is_sent_to_a_named_guest_and_seen_in_the_thread(
    call: Call, sandbox: Sandbox
) -> None:
    result = (await done(call, "send_message", conversation_id=THREAD, message="On our way."))["result"]
    newest = sandbox.accounts.main.conversations[THREAD]["messages"][0]
    assert newest["content"] == "On our way."
    fenced = result.pop("last_guest_message")
    assert ">Hello?</guest-" in fenced
    assert result == {
        "conversation_id": THREAD,
        "channel_type": "airbnb",
        "guest_name": "Ines Exemplar",
        "property_title": "Harbour Loft",
        "message": "On our way.",
        "delivered": True,
        "message_id": newest["id"],
    }


async def test_a_lost_answer_is_found_in_the_thread_and_nothing_is_sent_twice(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.faults.add("drop_after", operation=SEND)
    result = (await done(call, "send_message", conversation_id=THREAD, message="Hi"))["result"]
    assert result["delivered"]
    assert texts(sandbox) == ["Hi", "Hello?"]
    assert written(sandbox) == [SEND]


async def test_an_equal_message_from_before_is_not_taken_for_the_lost_one(
    call: Call, sandbox: Sandbox
) -> None:
    await done(call, "send_message", conversation_id=THREAD, message="Hi")
    sandbox.faults.add("drop_before", operation=SEND)
    error = (await call("send_message", conversation_id=THREAD, message="Hi"))["error"]
    assert error["kind"] == "outcome_unknown"
    assert texts(sandbox) == ["Hi", "Hello?"]


async def test_a_failure_of_hostex_that_sent_the_message_is_told_from_one_that_did_not(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.faults.add("envelope", operation=SEND, code=502)
    error = (await call("send_message", conversation_id=THREAD, message="Hi"))["error"]
    assert (error["kind"], error["retryable"]) == ("channel", False)


async def test_what_cannot_be_read_back_is_not_called_delivered(call: Call, sandbox: Sandbox) -> None:
    real = sandbox.faults.take

    def after_the_send(operation: str) -> Any:
        if operation == SEND:
            sandbox.faults.add("envelope", operation="GET /conversations/{conversation_id}", code=400)
        return real(operation)

    sandbox.faults.take = after_the_send
    result = (await done(call, "send_message", conversation_id=THREAD, message="Hi"))["result"]
    assert result["delivered"] is False
    assert result["note"].startswith("Hostex took it")
    assert texts(sandbox) == ["Hi", "Hello?"]


async def test_a_message_that_the_channel_changed_is_not_called_delivered(
    call: Call, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def masked(account: Any, sender: str, now: Any, content: str) -> Row:
        return {
            "id": "m-1",
            "sender_role": "host",
            "sender_name": sender,
            "content": "(hidden by the channel)",
        }

    monkeypatch.setattr("hostex_mcp.sandbox.operations.conversations.new_message", masked)
    result = (await done(call, "send_message", conversation_id=THREAD, message="Call +351 9"))["result"]
    assert result["delivered"] is False


@pytest.mark.parametrize(
    "arguments",
    [{}, {"message": "Hi", "image_url": "https://example.com/a.png"}, {"image_path": "a", "image_url": "b"}],
)
async def test_exactly_one_kind_of_message_is_wanted(call: Call, sandbox: Sandbox, arguments: Row) -> None:
    refused = await problems(call, "send_message", conversation_id=THREAD, **arguments)
    assert refused == {"message": "give exactly one of message, image_path and image_url"}
    assert len(sandbox.log) == 0


async def test_an_empty_message_is_refused(call: Call, sandbox: Sandbox) -> None:
    refused = await problems(call, "send_message", conversation_id=THREAD, message="  ")
    assert refused == {"message": "give exactly one of message, image_path and image_url"}
    assert len(sandbox.log) == 0


async def test_an_unknown_thread_is_not_written_to(call: Call, sandbox: Sandbox) -> None:
    error = (await call("send_message", conversation_id="0-9-none", message="Hi"))["error"]
    assert error["kind"] == "not_found"
    assert written(sandbox) == []


async def test_a_picture_from_an_opened_folder_arrives_as_jpeg(
    call: Call, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "door.png").write_bytes(png())
    result = (await done(call, "send_message", conversation_id=THREAD, image_path="door.png"))["result"]
    assert (result["picture"], result["delivered"]) == ("30 x 20 pixels", True)
    [body] = sent(sandbox, SEND)
    assert list(body) == ["jpeg_base64"]
    with Image.open(BytesIO(base64.b64decode(body["jpeg_base64"]))) as arrived:
        assert (arrived.format, arrived.size) == ("JPEG", (30, 20))


class Web:
    """Stands for all hosts: what was fetched or looked up, and what is there (None: nothing public)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, float]] = []
        self.content: bytes | None = png()

    async def __call__(self, url: str, *, most_bytes: int, seconds: float, **_: Any) -> Fetched:
        self.asked.append((url, most_bytes, seconds))
        if self.content is None:
            raise FetchFailed("does not lead to a public address")
        return Fetched(self.content, cast("Any", {}))


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    web = Web()
    monkeypatch.setattr("hostex_mcp.tools.messaging._pictures.fetch_public", web)
    return web


def cautious(client: HostexClient, *hosts: str) -> Engine:
    """An engine that has every write confirmed by a token."""
    selection = select(["all"])
    return Engine(selection, Context(client, selection.reachable, picture_hosts=hosts, now=Clock()), "token")


async def ask(engine: Engine, **arguments: Any) -> Row:
    result = await engine.call("send_message", {"conversation_id": THREAD, **arguments})
    assert isinstance(result, CallToolResult)
    return cast("Row", result.structured_content)


ADDRESS = "https://example.com/door.png?guest=Ines"


async def test_a_picture_from_an_address_is_fetched_here_and_sent(
    call: Call, sandbox: Sandbox, web: Web
) -> None:
    result = (await done(call, "send_message", conversation_id=THREAD, image_url=ADDRESS))["result"]
    assert web.asked == [(ADDRESS, 10_485_760, 10.0)]
    assert (result["picture"], result["delivered"]) == ("30 x 20 pixels", True)


async def test_nothing_goes_to_an_address_before_the_person_saw_it_whole(
    client: HostexClient, sandbox: Sandbox, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []

    async def resolve(host: str) -> list[Any]:
        looked_up.append(host)
        return []

    monkeypatch.setattr("hostex_mcp.public_fetch.resolve", resolve)
    engine = cautious(client)
    offer = await ask(engine, image_url=ADDRESS)
    assert (web.asked, looked_up, written(sandbox)) == ([], [], [])
    assert offer["preview"]["changes"] == [{"what": "picture", "after": ADDRESS}]
    assert offer["preview"]["target"]["picture_host"] == "example.com"
    assert any(
        "fetched from example.com once you agree" in warning for warning in offer["preview"]["warnings"]
    )
    answer = await ask(engine, image_url=ADDRESS, confirmation_token=offer["confirmation_token"])
    assert (answer["status"], len(web.asked), written(sandbox)) == ("done", 1, [SEND])


async def test_a_host_in_foreign_letters_is_named_as_look_ups_name_it(client: HostexClient, web: Web) -> None:
    offer = await ask(cautious(client), image_url="https://ex\u0430mple.com/a.png")
    assert offer["preview"]["target"]["picture_host"] == "xn--exmple-4nf.com"


async def test_the_picture_of_a_host_that_the_operator_named_is_described_in_the_preview(
    client: HostexClient, sandbox: Sandbox, web: Web
) -> None:
    offer = await ask(cautious(client, "example.com"), image_url=ADDRESS)
    [change] = offer["preview"]["changes"]
    assert change["after"].startswith(f"{ADDRESS}, 30 x 20 pixels, fingerprint ")
    assert (len(web.asked), written(sandbox)) == (1, [])
    await ask(cautious(client, "example.com"), image_url="https://sub.example.com/a.png")
    assert len(web.asked) == 1


async def test_a_picture_that_was_exchanged_since_its_preview_is_not_sent(
    client: HostexClient, sandbox: Sandbox, web: Web
) -> None:
    engine = cautious(client, "example.com")
    offer = await ask(engine, image_url=ADDRESS)
    web.content = png(31)
    answer = await ask(engine, image_url=ADDRESS, confirmation_token=offer["confirmation_token"])
    assert (answer["reason"], written(sandbox)) == ("state_changed", [])


async def test_a_picture_that_cannot_be_had_after_the_agreement_is_an_error_and_nothing_is_sent(
    client: HostexClient, sandbox: Sandbox, web: Web
) -> None:
    engine = cautious(client)
    for content, problem in ((None, "does not lead to a public address"), (b"<html>", "is not a JPEG")):
        web.content = content
        offer = await ask(engine, image_url=ADDRESS)
        answer = await ask(engine, image_url=ADDRESS, confirmation_token=offer["confirmation_token"])
        assert (answer["error"]["kind"], written(sandbox)) == ("invalid_arguments", [])
        assert answer["error"]["message"].startswith("Nothing was sent")
        [field] = answer["error"]["fields"]
        assert (field["field"], field["problem"].startswith(problem)) == ("image_url", True)


@pytest.mark.parametrize("address", ["http://example.com/a.png", "https://u:p@example.com/", "https://a b/"])
async def test_an_address_that_is_never_fetched_is_refused_at_once(
    call: Call, sandbox: Sandbox, web: Web, address: str
) -> None:
    refused = await problems(call, "send_message", conversation_id=THREAD, image_url=address)
    assert list(refused) == ["image_url"]
    assert (web.asked, len(sandbox.log)) == ([], 0)


async def test_a_note_replaces_the_old_one_and_comes_back(call: Call, sandbox: Sandbox) -> None:
    thread = sandbox.accounts.main.conversations[THREAD]
    thread["note"] = "By train"
    answer = await done(call, "update_conversation_note", conversation_id=THREAD, clear=["note"])
    assert thread["note"] is None
    await take_back(call, answer)
    assert thread["note"] == "By train"


OFFER: Row = {
    "conversation_id": THREAD,
    "listing_id": "A1",
    "check_in_date": ahead(20),
    "check_out_date": ahead(23),
    "price": 330,
    "number_of_adults": 2,
}


async def test_an_offer_is_sent_found_in_the_list_and_can_be_withdrawn(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "send_special_offer", **OFFER)
    [offer] = sandbox.accounts.main.conversations[THREAD]["_offers"]
    result = answer["result"]
    assert (result["special_offer_id"], result["price"], result["currency"]) == (offer["id"], 330, "EUR")
    assert (result["guest_name"], result["status"]) == ("Ines Exemplar", "active")
    expected = {name: value for name, value in OFFER.items() if name != "conversation_id"}
    assert sent(sandbox, f"POST {OFFERS}") == [expected]
    await take_back(call, answer)
    assert offer["status"] == "withdrawn"


async def test_a_lost_offer_is_found_and_not_sent_twice(call: Call, sandbox: Sandbox) -> None:
    await done(call, "send_special_offer", **OFFER)
    sandbox.faults.add("drop_after", operation=f"POST {OFFERS}")
    answer = await done(call, "send_special_offer", **{**OFFER, "price": 300})
    newest, oldest = sandbox.accounts.main.conversations[THREAD]["_offers"]
    assert answer["result"]["special_offer_id"] == newest["id"] != oldest["id"]
    sandbox.faults.add("drop_before", operation=f"POST {OFFERS}")
    assert (await call("send_special_offer", **OFFER))["error"]["kind"] == "outcome_unknown"


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"price": 0}, "price", "must be more than 0"),
        ({"check_out_date": ahead(20)}, "check_out_date", "must be after check_in_date"),
        ({"check_in_date": ahead(-2)}, "check_in_date", "is in the past"),
        ({"number_of_adults": 0}, "number_of_adults", "must be at least 1"),
        (
            {"conversation_id": "2-2-two"},
            "conversation_id",
            "is a thread of booking.com; special offers exist",
        ),
        ({"conversation_id": "6-3-six"}, "rate_plan_id", "is required for booking_site"),
    ],
)
async def test_an_impossible_offer_is_refused_before_it_is_sent(
    call: Call, sandbox: Sandbox, changes: Row, field: str, problem: str
) -> None:
    refused = await problems(call, "send_special_offer", **{**OFFER, **changes})
    assert refused[field].startswith(problem)
    assert written(sandbox) == []


async def test_an_inquiry_is_pre_approved_and_that_can_be_withdrawn(call: Call, sandbox: Sandbox) -> None:
    answer = await done(call, "send_preapproval", conversation_id=THREAD)
    [offer] = sandbox.accounts.main.conversations[THREAD]["_offers"]
    assert (answer["result"]["offer_type"], answer["result"]["price"]) == ("preapproval", 200)
    await take_back(call, answer)
    assert offer["status"] == "withdrawn"


async def test_only_an_airbnb_inquiry_is_pre_approved(call: Call, sandbox: Sandbox) -> None:
    add_conversation(sandbox.accounts.main, "0-4-four")
    refused = await problems(call, "send_preapproval", conversation_id="0-4-four")
    assert refused == {"conversation_id": "has no inquiry to pre-approve"}
    other = await problems(call, "send_preapproval", conversation_id="6-3-six")
    assert other["conversation_id"].startswith("is a thread of booking_site")
    assert written(sandbox) == []


async def test_only_an_active_offer_is_withdrawn(call: Call, sandbox: Sandbox) -> None:
    sent_offer = (await done(call, "send_special_offer", **OFFER))["result"]
    key = {"conversation_id": THREAD, "special_offer_id": sent_offer["special_offer_id"]}
    answer = await done(call, "withdraw_special_offer", **key)
    assert (answer["result"]["status"], answer["undo"]) == ("withdrawn", None)
    refused = await problems(call, "withdraw_special_offer", **key)
    assert refused == {"special_offer_id": "is withdrawn; only an active offer can be withdrawn"}
    error = (await call("withdraw_special_offer", conversation_id=THREAD, special_offer_id="1"))["error"]
    assert error["kind"] == "not_found"
