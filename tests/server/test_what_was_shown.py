"""What a confirmation holds for: what was shown. A change that moved meanwhile is asked about again, and a
token is no part of what is shown."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from hostex_mcp.server.asking import ElicitAction
from hostex_mcp.server.preview import question
from hostex_mcp.server.writes import Writes
from hostex_mcp.toolkit.results import PlannedWrite
from tests.server.test_writes import Desk, Person, Price

pytestmark = pytest.mark.anyio


async def test_what_changed_while_the_person_thought_is_asked_about_again() -> None:
    desk = Desk()
    changes = iter([90])
    person = Person(
        "accept", "accept", meanwhile=lambda: setattr(desk.price, "now", next(changes, desk.price.now))
    )
    assert (await desk.ask(elicitation=person))["status"] == "done"
    first, second = person.heard
    assert first.startswith("Set the price")
    assert second.startswith("What the preview showed has changed since. Nothing was changed by this call.\n")
    assert "price: 90 → 120" in second
    assert desk.price.sent == [120]


@pytest.mark.parametrize("verdict", ["decline", "cancel", "timeout", "failed"])
async def test_a_yes_to_what_was_is_none_to_what_is_asked_about_again(verdict: ElicitAction) -> None:
    desk = Desk()
    person = Person("accept", verdict, meanwhile=lambda: setattr(desk.price, "now", 90))
    outcome = await desk.ask(elicitation=person)
    assert (outcome["status"], outcome["reason"], len(person.heard)) == ("declined", verdict, 2)
    assert desk.price.sent == []


@dataclass
class Unexplained(Price):
    """A price whose change says nothing of itself, so that the arguments of the call are shown."""

    async def plan(self, price: int) -> PlannedWrite[Any]:
        return replace(await super().plan(price), preview=None)


async def test_a_token_is_no_part_of_the_arguments_that_are_shown() -> None:
    desk = Desk(price=Unexplained(), confirm="token")
    changes = [{"what": "price", "before": 100, "after": 120}]
    offer = await desk.ask(token="made up")
    assert offer["preview"]["changes"] == changes
    person = Person("decline")
    asking = Desk(desk.price)
    asking.writes = Writes("a", "auto", desk.clock, confirmations=desk.confirmations)
    await asking.ask(token=offer["confirmation_token"], elicitation=person)
    assert "made up" not in person.heard[0]
    assert offer["confirmation_token"] not in person.heard[0]
    assert (await desk.ask(token=offer["confirmation_token"]))["status"] == "done"
    assert desk.price.sent == [120]


async def test_what_moves_each_time_the_person_is_asked_ends_without_a_token() -> None:
    desk = Desk()
    prices = iter([90, 80])
    person = Person("accept", "accept", meanwhile=lambda: setattr(desk.price, "now", next(prices)))
    outcome = await desk.ask(elicitation=person)
    assert (outcome["status"], outcome["reason"]) == ("declined", "state_changed")
    assert "Nothing was changed." in outcome["notes"][0]
    assert "confirmation_token" not in outcome
    assert (len(person.heard), desk.price.sent) == (2, [])


def test_what_will_be_written_is_asked_first_as_some_clients_show_only_the_first_lines() -> None:
    preview = {
        "summary": "Set the price",
        "target": {"property_title": "Harbour Loft"},
        "changes": [{"what": "price", "before": 100, "after": 120}],
    }
    lines = question(preview).splitlines()
    assert "price: 100 → 120" in lines[1]
    assert "Harbour Loft" in lines[2]
