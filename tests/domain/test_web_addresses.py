"""Hosts of web addresses, and what speaks against an address."""

import pytest

from hostex_mcp.domain.web_addresses import address_warnings, host


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://Hooks.Example.invalid:8443/in?key=1", "hooks.example.invalid"),
        ("https://known.example.invalid@other.example.invalid/", "other.example.invalid"),
        ("https://[broken", "https://[broken"),
        ("https://", "https://"),
    ],
)
def test_the_host_is_whom_a_call_would_reach(url: str, wanted: str) -> None:
    assert host(url) == wanted


def test_another_address_of_a_known_host_over_https_has_only_the_general_warning() -> None:
    registered = ["https://hooks.example.invalid/a"]
    assert len(address_warnings("https://hooks.example.invalid/b", registered)) == 1


def test_an_open_address_of_an_unknown_host_is_warned_of_twice_more() -> None:
    general, open_address, unknown = address_warnings("http://new.example.invalid/", [])
    assert "learns" in general
    assert "not https" in open_address
    assert "new.example.invalid" in unknown
