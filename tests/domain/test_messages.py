import pytest

from hostex_mcp.api.endpoints.messaging import Message
from hostex_mcp.domain.messages import author


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
