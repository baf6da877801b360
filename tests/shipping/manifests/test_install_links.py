import json
from base64 import b64decode
from urllib.parse import parse_qs, unquote, urlsplit

from hostex_mcp.install_links import cursor_link, vscode_link


def test_a_cursor_link_holds_the_entry_of_its_file() -> None:
    entry = {
        "command": "uvx",
        "args": ["hostex-mcp"],
        "env": {"HOSTEX_ACCESS_TOKEN": "${env:HOSTEX_ACCESS_TOKEN}"},
    }
    link = urlsplit(cursor_link(entry))
    assert (link.scheme, link.netloc, link.path) == ("cursor", "anysphere.cursor-deeplink", "/mcp/install")
    query = parse_qs(link.query)
    assert query["name"] == ["hostex"]
    assert json.loads(b64decode(query["config"][0], validate=True)) == entry


def test_a_vs_code_link_holds_name_entry_and_inputs() -> None:
    entry = {"type": "http", "url": "https://mcp.example.com/mcp"}
    scheme, _, query = vscode_link(entry, {"id": "token"}).partition("?")
    assert scheme == "vscode:mcp/install"
    assert json.loads(unquote(query)) == {"name": "hostex", **entry, "inputs": [{"id": "token"}]}


def test_links_have_no_character_that_ends_them_in_a_page() -> None:
    entry = {"url": "https://mcp.example.com/mcp?toolsets=a,b&read_only=1#\"'<> ü"}
    for link in (cursor_link(entry), vscode_link(entry)):
        assert not set(link) & set("\"'<> \n")
        assert link.isascii()
