"""The page of settings is generated from the settings, and says of each what it takes."""

import re

from docs.pages.configuration import configuration
from tests.support.root import ROOT

PAGE = ROOT / "docs" / "configuration.md"


def row(variable: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^\| `{variable}` \| (.*) \|$", text, re.MULTILINE)
    assert found, variable
    return [cell.strip() for cell in found[1].split(" | ")]


def test_the_page_of_settings_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == configuration()


def test_a_setting_says_what_it_takes_its_default_and_its_option() -> None:
    assert row("HOSTEX_MCP_CONFIRM")[1:] == ["auto, token, off", "`auto`", "`--confirm`"]
    assert row("HOSTEX_MCP_READ_ONLY")[1:] == ["1 or 0", "off", "`--read-only`"]
    assert row("HOSTEX_MCP_PUBLIC_URL")[-2:] == ["none", "`http --public-url`"]
    assert row("HOSTEX_MCP_PRICE_FACTOR")[1:3] == ["a factor from 1 to 1000, such as 3", "`3`"]
