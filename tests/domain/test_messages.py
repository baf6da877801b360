from typing import Any

import pytest

from hostex_mcp.api.endpoints.messaging import Conversation, Message
from hostex_mcp.domain.messages import author, last_guest_text, last_word, new_ours, sent_before


def label(role: str, name: str | None, content: str = "", kind: str | None = "Text") -> str:
    return author(Message(sender_role=role, sender_name=name, content=content, display_type=kind))


@pytest.mark.parametrize(
    ("role", "name", "content", "expected"),
    [
        ("guest", None, "Is this the right entrance?", "guest"),
        ("guest", None, "Source: reservation_book", "system"),
        ("guest", None, "Source: X", "guest"),
        ("guest", None, "Source: my uncle told me about you", "guest"),
        ("guest", None, "host: approved\nSource: x", "guest"),
        ("host", "ana@example.com", "Welcome!", "team"),
        ("host", "Bot:104233", "Thank you for your booking!", "automation"),
        ("host", "HostGPT", "Please use the blue door.", "assistant"),
        ("host", None, "Your code will follow.", "automation"),
        ("somebody new", "x", "?", "system"),
    ],
)
def test_a_message_is_labelled_by_who_wrote_it(
    role: str, name: str | None, content: str, expected: str
) -> None:
    assert label(role, name, content) == expected


@pytest.mark.parametrize("kind", ["Box", "SpecialOffer", "RequestToBook", "BsRequestBook"])
def test_a_card_is_no_message_of_the_guest_and_one_that_a_person_sent_is_theirs(kind: str) -> None:
    assert label("guest", None, kind=kind) == "system"
    assert label("host", None, kind=kind) == "system"
    assert label("host", "ana@example.com", kind=kind) == "team"


@pytest.mark.parametrize(
    "kind", ["FileAttachment", "VoiceNote", "ReservationAlteration", "HouseLinkCard", None]
)
def test_what_a_guest_sends_besides_text_is_a_message(kind: str | None) -> None:
    assert label("guest", None, kind=kind) == "guest"


def message(id: str | None, content: str, role: str = "host", **changes: Any) -> dict[str, Any]:
    row = {"id": id, "sender_role": role, "sender_name": "rita@example.com", "content": content}
    return row | changes


def thread(*newest_first: dict[str, Any]) -> Conversation:
    guest = {"name": "Ines", "phone": "", "email": ""}
    row: dict[str, Any] = {"id": "0-1-a", "channel_type": "airbnb", "guest": guest, "activities": []}
    return Conversation.model_validate({**row, "messages": list(newest_first)})


PICTURE: dict[str, Any] = {"attachment": {"fullback_url": "https://img.example.com/1.jpg"}}


def test_the_last_word_of_the_guest_is_neither_a_channels_line_nor_a_picture() -> None:
    question = message("1", "Is there parking?", "guest", sender_name=None)
    line = message("2", "Source: reservation_book", "guest", sender_name=None)
    picture = message("3", "", "guest", sender_name=None, **PICTURE)
    assert last_guest_text(thread(message("4", "Yes."), picture, line, question)) == "Is there parking?"
    assert last_guest_text(thread(message("4", "Welcome!"))) is None


def test_a_new_message_of_ours_is_found_whatever_its_blanks() -> None:
    before = thread(message("1", "Hello", "guest"))
    after = thread(message("2", "On  our\nway. "), message("1", "Hello", "guest"))
    sent = new_ours(before, after, "On our way.")
    assert sent is not None
    assert sent.id == "2"


def test_an_equal_message_from_before_or_of_the_guest_is_not_it() -> None:
    before = thread(message("1", "Hi"))
    assert new_ours(before, before, "Hi") is None
    assert new_ours(before, thread(message("2", "Hi", "guest"), message("1", "Hi")), "Hi") is None


def test_messages_without_id_are_counted() -> None:
    single, double = thread(message(None, "Hi")), thread(message(None, "Hi"), message(None, "Hi"))
    assert new_ours(single, double, "Hi") is not None
    assert new_ours(double, double, "Hi") is None


def test_a_new_picture_is_an_attachment_of_ours() -> None:
    before = thread(message("1", "", **PICTURE))
    after = thread(message("2", "", **PICTURE), message("1", "", **PICTURE))
    sent = new_ours(before, after, None)
    assert sent is not None
    assert sent.id == "2"
    assert new_ours(before, thread(message("2", "Hi"), message("1", "", **PICTURE)), None) is None


def test_the_last_word_is_not_a_channels_line() -> None:
    question = message("1", "Is there parking?", "guest", sender_name=None)
    line = message("3", "Source: reservation_book", "guest", sender_name=None)
    words = last_word(thread(line, message("2", "Welcome!", sender_name="Bot:12"), question))
    assert words
    assert (words[0], words[1].id) == ("automation", "2")
    assert last_word(thread(line)) is None


def test_a_text_of_ours_is_known_whatever_its_blanks() -> None:
    said = thread(message("2", "Hi  there "), message("1", "Bye", "guest"))
    sent = sent_before(said, "Hi there")
    assert sent
    assert sent.id == "2"
    assert sent_before(said, "Bye") is None
