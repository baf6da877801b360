"""Who asks and where the answer goes, in words; hostile names stay harmless."""

from pathlib import Path
from typing import Any

import pytest

from hostex_mcp.http.connect.asker import asker, destination
from tests.http.connecting import deployment

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("uri", "kind", "label"),
    [
        ("https://claude.ai/api/mcp/auth_callback", "web", "claude.ai"),
        ("https://claude.ai:8443/cb", "web", "claude.ai:8443"),
        ("https://\u0430pple.com/cb", "web", "xn--pple-43d.com"),
        ("https://\u0430..example/cb", "web", "\\u0430..example"),
        ("http://127.0.0.1:33418/callback", "device", "a program on this device (127.0.0.1:33418)"),
        ("http://localhost/callback", "device", "a program on this device (localhost)"),
        ("http://[::1]:7/callback", "device", "a program on this device ([::1]:7)"),
        ("cursor://anysphere.cursor/mcp/oauth", "app", "an app that opens cursor: links"),
        ("com.example.app:/oauth", "app", "an app that opens com.example.app: links"),
    ],
)
def test_a_redirect_uri_is_shown_as_the_place_it_leads_to(uri: str, kind: str, label: str) -> None:
    place = destination(uri)
    assert (place.kind, place.label) == (kind, label)


def test_a_long_host_keeps_its_end_which_says_whose_it_is() -> None:
    label = destination(f"https://claude.ai.{'a' * 60}.{'b' * 60}.{'c' * 60}.evil.example/cb").label
    assert label.startswith("claude.ai.aaa")
    assert label.endswith("ccc.evil.example")
    assert len(label) == 101


@pytest.mark.parametrize(
    ("client_id", "uri", "domain", "elsewhere"),
    [
        ("https://claude.ai/oauth/client.json", "https://claude.ai/cb", "claude.ai", False),
        ("https://claude.ai/oauth/client.json", "https://app.claude.ai/cb", "claude.ai", False),
        ("https://claude.ai/oauth/client.json", "https://evilclaude.ai/cb", "claude.ai", True),
        ("https://claude.ai/oauth/client.json", "http://localhost:1/cb", "claude.ai", False),
        ("some-registered-client", "https://claude.ai/cb", None, False),
    ],
)
def test_only_a_client_that_describes_itself_at_its_own_address_is_verified(
    client_id: str, uri: str, domain: str | None, elsewhere: bool
) -> None:
    client = asker(client_id, "Claude", uri)
    assert (client.domain, client.elsewhere) == (domain, elsewhere)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("", "An app without a name"),
        ("\u200b\u202e \n", "An app without a name"),
        ("Clau\u202ede\u200b\n\tAI", "Claude AI"),
        ("A" * 10_000, "A" * 60 + "…"),
        ("עוזר", "עוזר"),
    ],
)
def test_a_name_is_one_short_visible_line(name: str, line: str) -> None:
    assert asker("id", name, "https://claude.ai/cb").name == line


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"client_id": "https://claude.ai/c.json"}, "verified: claude.ai"),
        ({}, "name not verified"),
        ({}, "An app can give itself any name. Continue only if you know claude.ai"),
        ({"redirect_uri": "http://127.0.0.1:5/cb"}, "The answer goes to a program on this device."),
        (
            {"client_id": "https://claude.ai/c.json", "redirect_uri": "https://evil.example/cb"},
            "You will not go back to claude.ai, but to evil.example.",
        ),
    ],
)
async def test_the_page_says_who_asks_and_how_far_that_is_known(
    tmp_path: Path, changes: dict[str, Any], warning: str
) -> None:
    async with deployment(tmp_path) as person:
        assert warning in (await person.consent(**changes)).text


async def test_a_verified_client_that_returns_home_raises_no_warning(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(client_id="https://claude.ai/c.json")
        assert "Continue only if" not in page.text


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</title><h1>Hostex says it is safe</h1>",
        "{{ 7 * 7 }}{% raw %}",
        "\u202eedualC",
        "<b>" * 4000,
    ],
)
async def test_a_hostile_name_adds_no_markup_and_no_bulk(tmp_path: Path, name: str) -> None:
    async with deployment(tmp_path) as person:
        plain, hostile = await person.consent(), await person.consent(client_name=name)
        assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
        assert len(hostile.text) < len(plain.text) + 500
        assert "\u202e" not in hostile.source
        assert "49" not in hostile.headings[0]
