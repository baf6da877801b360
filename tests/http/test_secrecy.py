"""The watch over the logs sees what it is there for."""

from hostex_mcp.http.store import new_code
from hostex_mcp.sandbox import WRITABLE
from tests.http.secrecy import secrets_in


def test_codes_demo_tokens_and_whatever_was_made_are_seen() -> None:
    code = new_code()
    assert secrets_in(f"GET /?code={code}") == [code]
    assert secrets_in(f"refused {WRITABLE}!") == [WRITABLE]
    assert secrets_in("state of-this-test", ["of-this-test"]) == ["of-this-test"]
    assert secrets_in("a line like any other", ["of-this-test"]) == []
