import pytest

from hostex_mcp.domain.messages import author


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
        ("host", "HostGPT", "Please use the blue door.", "automation"),
        ("host", None, "Your code will follow.", "automation"),
        ("somebody new", "x", "?", "system"),
    ],
)
def test_a_message_is_labelled_by_who_wrote_it(
    role: str, name: str | None, content: str, expected: str
) -> None:
    assert author(role, name, content) == expected
