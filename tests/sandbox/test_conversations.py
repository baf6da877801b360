import base64
import json

import pytest

from hostex_mcp.sandbox import SECOND
from hostex_mcp.sandbox.state import Row
from tests.support.world import Api, add_conversation

JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 picture").decode()
NEIGHBOURS = "0-900-next"


@pytest.fixture(autouse=True)
def with_threads(api: Api) -> None:
    add_conversation(api.account, "0-1-one")
    add_conversation(api.account, "0-2-two")


def messages(api: Api, thread: str = "0-1-one") -> list[Row]:
    return api.data(f"GET /conversations/{thread}")["messages"]


def send(api: Api, thread: str = "0-1-one", **body: str) -> None:
    assert api.data(f"POST /conversations/{thread}", body) is None


def listed(api: Api) -> list[str]:
    return [row["id"] for row in api.data("GET /conversations", offset=0)["conversations"]]


def test_a_sent_message_is_the_newest_one_and_bears_the_account(api: Api) -> None:
    send(api, message="On our way.")
    newest, oldest = messages(api)
    assert (newest["content"], newest["sender_role"], newest["sender_name"]) == (
        "On our way.",
        "host",
        "rita@example.com",
    )
    assert (newest["display_type"], newest["created_at"]) == ("Text", "2026-06-15T12:00:00+00:00")
    assert oldest["sender_role"] == "guest"


def test_a_thread_with_a_new_message_moves_to_the_top(api: Api) -> None:
    assert listed(api) == ["0-1-one", "0-2-two"]
    send(api, "0-2-two", message="Hello!")
    assert listed(api) == ["0-2-two", "0-1-one"]


def test_a_picture_arrives_as_an_attachment(api: Api) -> None:
    send(api, jpeg_base64=JPEG)
    newest = messages(api)[0]
    assert (newest["content"], newest["display_type"]) == ("", "FileAttachment")
    assert newest["attachment"]["fullback_url"].endswith(".jpg")


def test_text_and_picture_together_are_two_messages(api: Api) -> None:
    send(api, message="Look:", jpeg_base64=JPEG)
    assert [message["content"] for message in messages(api)] == ["", "Look:", "Hello?"]


@pytest.mark.parametrize("content", ["Olá, até já! 🌊", "half a pair: \ud83c"])
def test_every_text_comes_back_as_it_was_sent(api: Api, content: str) -> None:
    response = api.request("POST", "/v3/conversations/0-1-one", content=json.dumps({"message": content}))
    assert response.json()["error_code"] == 200
    assert messages(api)[0]["content"] == content


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"jpeg": JPEG}])
def test_a_message_needs_text_or_picture(api: Api, body: dict[str, str]) -> None:
    assert api.refusal("POST /conversations/0-1-one", body)[0] == 400
    assert len(messages(api)) == 1


@pytest.mark.parametrize("picture", ["???", base64.b64encode(b"GIF89a").decode()])
def test_a_picture_must_be_a_jpeg(api: Api, picture: str) -> None:
    assert api.refusal("POST /conversations/0-1-one", {"jpeg_base64": picture})[0] == 422


def test_threads_of_others_are_forbidden_and_unknown_ones_not_found(api: Api) -> None:
    for name in ("GET", "POST"):
        assert api.refusal(f"{name} /conversations/{NEIGHBOURS}")[0] == 403
        assert api.refusal(f"{name} /conversations/0-3-three") == (404, "Conversation not found.")


def test_the_summary_speaks_of_the_first_activity(api: Api) -> None:
    activity = {
        "activity_type": "reservation",
        "check_in_date": "2026-06-20",
        "check_out_date": "2026-06-22",
        "property": {"id": 1, "title": "Harbour Loft"},
    }
    add_conversation(api.account, "0-1-one", activities=[activity])
    first, second = api.data("GET /conversations", offset=0)["conversations"]
    assert first == {
        "id": "0-1-one",
        "channel_type": "airbnb",
        "last_message_at": "2026-06-15T11:40:00+00:00",
        "guest": {"name": "Ines Exemplar", "phone": "", "email": ""},
        "property_title": "Harbour Loft",
        "check_in_date": "2026-06-20",
        "check_out_date": "2026-06-22",
    }
    assert "property_title" not in second


def test_the_note_is_set_and_cleared(api: Api) -> None:
    path = "/conversations/0-1-one/note"
    expected = {"id": "0-1-one", "note": "By train", "updated_at": "2026-06-15T12:00:00+00:00"}
    assert api.data(f"PATCH {path}", {"note": "By train"}) == expected
    assert api.data("GET /conversations/0-1-one")["note"] == "By train"
    for nothing in (None, ""):
        assert api.data(f"PATCH {path}", {"note": nothing})["note"] is None
    assert api.refusal(f"PATCH {path}", {}) == (400, "The note field is required.")
    assert api.refusal(f"PATCH {path}", {"note": "x" * 5001})[0] == 422


def test_the_sixth_message_within_five_seconds_is_throttled(api: Api) -> None:
    for n in range(5):
        send(api, message=f"Message {n}")
    response = api.request("POST", "/v3/conversations/0-1-one", json={"message": "Message 5"})
    assert response.json()["error_msg"] == "Too many requests. Try again in 5 seconds."
    assert (response.json()["error_code"], response.headers["Retry-After"]) == (429, "5")
    assert len(messages(api)) == 6
    send(api, "0-2-two", message="Another thread")
    api.clock.advance(seconds=5)
    send(api, message="Later")


def test_the_eleventh_message_within_a_minute_is_throttled(api: Api) -> None:
    for n in range(10):
        send(api, message=f"Message {n}")
        api.clock.advance(seconds=2)
    code, text = api.refusal("POST /conversations/0-1-one", {"message": "Too much"})
    assert (code, text) == (429, "Too many requests. Try again in 40 seconds.")


def test_the_throttle_is_the_threads_whoever_writes(api: Api) -> None:
    neighbour = api.bearing(SECOND)
    for n in range(5):
        neighbour.data(f"POST /conversations/{NEIGHBOURS}", {"message": f"Message {n}"})
    assert neighbour.refusal(f"POST /conversations/{NEIGHBOURS}", {"message": "x"})[0] == 429
    send(api, message="Mine goes through")
