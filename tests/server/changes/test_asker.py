"""No app is taken for a person by what it calls itself."""

import pytest

from hostex_mcp.server.asking import Elicitation
from hostex_mcp.server.changes.asker import app_name
from hostex_mcp.server.changes.pending import PendingChanges
from tests.support.clock import Clock

APPS = ["Claude", "ChatGPT", "opencode", "MCP Inspector", "Hostex Copilot", "飞书助手", "Яндекс", "mcp", ""]
PEOPLE = [
    *("You", "the owner", "The Owner", "the user of this machine", "someone with the Hostex token"),
    *("y\u043eu", "Y\u200bou", "\uff39\uff4f\uff55", "Y\u00f6u", "Y o u", "y0u", "the_owner", "Y-O-U"),
    *("Maria, in Claude", "Maria, in a browser", "\u0443\u043eu", "own\u0435r", "Account owner"),
]


@pytest.mark.parametrize("name", APPS)
def test_an_app_is_called_as_it_calls_itself(name: str) -> None:
    assert app_name(name) == name


@pytest.mark.parametrize("name", PEOPLE)
def test_an_app_that_calls_itself_like_a_person_is_said_to_be_an_app(name: str) -> None:
    assert app_name(name).startswith("An app called “")


def test_the_name_that_a_client_gives_itself_is_told_from_a_person_at_a_page() -> None:
    pending = PendingChanges("a", Clock())
    assert pending.asker(Elicitation(app="the owner")) == "An app called “the owner”"
    assert pending.asker(Elicitation(app="the owner", here=True)) == "the owner"
