"""Confirmation of weighty writes: what may send, what may not, and what each refusal says."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from hostex_mcp.server.asking import ElicitAction, Elicitation, InputRequired
from hostex_mcp.server.confirmation import Confirmations, digest
from hostex_mcp.server.sending import Plan, WriteCall
from hostex_mcp.server.writes import Writes
from hostex_mcp.toolkit.results import PlannedWrite, Preview, Undo
from hostex_mcp.toolkit.tool import Effect, Tool, tool
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


@dataclass
class Price:
    """A price that a tool changes, and a record of what was sent."""

    now: int = 100
    sent: list[int] = field(default_factory=list[int])
    gate: asyncio.Event | None = None

    async def plan(self, price: int) -> PlannedWrite[Any]:
        before = self.now

        async def send() -> Mapping[str, Any]:
            if self.gate:
                await self.gate.wait()
            self.sent.append(price)
            self.now = price
            return {"price": price}

        changes = [{"what": "price", "before": before, "after": price}]
        return PlannedWrite(
            send, Undo("set_price", {"price": before}), Preview("Set the price", changes=changes)
        )


@tool("Set a price", effect=Effect.CONSEQUENTIAL)
async def set_price(context: Any, price: int) -> PlannedWrite[dict[str, Any]]:
    """Set the price of tonight."""
    raise NotImplementedError


@tool("Set another price", effect=Effect.CONSEQUENTIAL)
async def set_other(context: Any, price: int) -> PlannedWrite[dict[str, Any]]:
    """Set the price of tomorrow."""
    raise NotImplementedError


@dataclass
class Desk:
    price: Price = field(default_factory=Price)
    clock: Clock = field(default_factory=Clock)
    confirm: str = "auto"
    account: str = "a"
    writes: Writes = field(init=False)
    confirmations: Confirmations = field(init=False)

    def __post_init__(self) -> None:
        self.confirmations = Confirmations(self.clock)
        self.writes = Writes(self.account, self.confirm, self.clock, confirmations=self.confirmations)

    async def ask(
        self,
        price: int = 120,
        token: object = None,
        elicitation: Any = None,
        what: Tool = set_price,
    ) -> Any:
        call = write_call(what, {"price": price}, lambda: self.price.plan(price), token, elicitation)
        return await self.writes.run(call)

    async def offered(self) -> str:
        """A token that the operator's choice gave for the same account with the same keys."""
        choice = Desk(self.price, self.clock, "token", self.account)
        choice.writes = Writes(self.account, "token", self.clock, confirmations=self.confirmations)
        return (await choice.ask())["confirmation_token"]


def write_call(
    what: Tool, arguments: Mapping[str, Any], plan: Plan, token: object = None, elicitation: Any = None
) -> WriteCall:
    """A call of a tool, with what it brings beside its arguments."""
    given = {**arguments, "confirmation_token": token}
    return WriteCall(what, arguments, arguments, digest(arguments), plan, elicitation or Elicitation(), given)


class Person:
    """A person who answers at once, after something happened meanwhile."""

    live, returned, opens, here, state, app = True, False, False, False, None, "A client"

    def __init__(self, *answers: ElicitAction, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.answers = list(answers)
        self.meanwhile = meanwhile
        self.heard: list[str] = []

    async def ask(self, message: str) -> ElicitAction:
        self.heard.append(message)
        self.meanwhile()
        return self.answers.pop(0)


def answer(question: InputRequired, verdict: ElicitAction | None, place: str | None = None) -> Elicitation:
    """The call that brings a returned question back, with what the person said."""
    answers: dict[str, ElicitAction] = {place or question.place: verdict} if verdict else {}
    return Elicitation(returned=True, state=question.state, answers=answers)


async def test_where_tokens_were_chosen_a_call_gets_a_preview_and_a_token_and_nothing_is_sent() -> None:
    desk = Desk(confirm="token")
    offer = await desk.ask()
    assert offer["status"] == "confirmation_required"
    assert offer["preview"]["changes"] == [{"what": "price", "before": 100, "after": 120}]
    assert offer["expires_at"] == "2026-11-24T12:10:00+00:00"
    assert desk.price.sent == []


async def test_the_same_call_with_the_token_is_sent_once_with_its_undo() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask())["confirmation_token"]
    outcome = await desk.ask(token=token)
    assert (outcome["status"], outcome["result"]) == ("done", {"price": 120})
    assert outcome["undo"] == {"tool": "set_price", "arguments": {"price": 100}}
    assert desk.price.sent == [120]


async def test_a_token_works_once_and_the_second_use_tells_the_first_outcome() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask())["confirmation_token"]
    first = await desk.ask(token=token)
    again = await desk.ask(token=token)
    assert (again["status"], again["reason"]) == ("confirmation_required", "used")
    assert again["earlier_outcome"] == first
    assert desk.price.sent == [120]


async def test_a_token_that_arrives_twice_at_once_sends_once() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask())["confirmation_token"]
    desk.price.gate = asyncio.Event()
    calls = [asyncio.create_task(desk.ask(token=token)) for _ in range(3)]
    await asyncio.sleep(0)
    desk.price.gate.set()
    statuses = sorted(outcome["status"] for outcome in await asyncio.gather(*calls))
    assert statuses == ["confirmation_required", "confirmation_required", "done"]
    assert desk.price.sent == [120]


async def test_an_expired_token_is_refused_with_a_fresh_preview() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask())["confirmation_token"]
    desk.clock.now += timedelta(minutes=10)
    refused = await desk.ask(token=token)
    assert (refused["status"], refused["reason"]) == ("confirmation_required", "expired")
    assert (await desk.ask(token=refused["confirmation_token"]))["status"] == "done"


async def test_a_changed_argument_is_refused() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask(120))["confirmation_token"]
    refused = await desk.ask(1200, token=token)
    assert refused["reason"] == "arguments_changed"
    assert desk.price.sent == []


async def test_a_price_that_changed_since_the_preview_is_refused_showing_the_new_one() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask())["confirmation_token"]
    desk.price.now = 90
    refused = await desk.ask(token=token)
    assert refused["reason"] == "state_changed"
    assert refused["preview"]["changes"][0]["before"] == 90
    assert desk.price.sent == []


async def test_a_token_of_another_tool_is_refused() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask(what=set_other))["confirmation_token"]
    assert (await desk.ask(token=token))["reason"] == "arguments_changed"
    assert desk.price.sent == []


@pytest.mark.parametrize("token", ["yes", "true", "A" * 200, "é", "eyJhbGciOiJub25lIn0"])
async def test_a_made_up_token_has_no_power(token: str) -> None:
    desk = Desk(confirm="token")
    assert (await desk.ask(token=token))["reason"] == "unknown"
    assert desk.price.sent == []


async def test_every_flipped_bit_makes_a_token_worthless() -> None:
    desk = Desk(confirm="token")
    token = (await desk.ask())["confirmation_token"]
    for place in range(0, len(token) - 1, 7):
        other = "A" if token[place] != "A" else "B"
        forged = token[:place] + other + token[place + 1 :]
        assert (await desk.ask(token=forged))["reason"] == "unknown"
    assert desk.price.sent == []


async def test_a_token_of_another_account_is_like_one_that_never_was() -> None:
    theirs, ours = Desk(confirm="token", account="b"), Desk(confirm="token")
    ours.writes, writes = theirs.writes, ours.writes
    token = (await ours.ask())["confirmation_token"]
    ours.writes = writes
    assert (await ours.ask(token=token))["reason"] == "unknown"


async def test_a_person_who_accepts_makes_it_happen_and_saw_the_change() -> None:
    desk, person = Desk(), Person("accept")
    assert (await desk.ask(elicitation=person))["status"] == "done"
    (heard,) = person.heard
    assert "Set the price" in heard
    assert "price: 100 → 120" in heard


@pytest.mark.parametrize("verdict", ["decline", "cancel", "timeout"])
async def test_a_person_who_does_not_accept_prevents_it_each_in_its_own_words(verdict: ElicitAction) -> None:
    desk = Desk()
    outcome = await desk.ask(elicitation=Person(verdict))
    assert (outcome["status"], outcome["reason"]) == ("declined", verdict)
    assert "Nothing was changed." in outcome["notes"][0]
    assert desk.price.sent == []


async def test_a_returned_question_is_answered_by_the_next_call() -> None:
    desk = Desk()
    question = await desk.ask(elicitation=Elicitation(returned=True))
    assert isinstance(question, InputRequired)
    assert (await desk.ask(elicitation=answer(question, "accept")))["status"] == "done"
    assert desk.price.sent == [120]


@pytest.mark.parametrize("verdict", ["decline", "cancel", None])
async def test_a_returned_question_without_a_yes_changes_nothing(verdict: ElicitAction | None) -> None:
    desk = Desk()
    question = await desk.ask(elicitation=Elicitation(returned=True))
    outcome = await desk.ask(elicitation=answer(question, verdict))
    assert outcome["status"] == "declined"
    assert desk.price.sent == []


async def test_a_returned_answer_to_something_that_changed_is_asked_again() -> None:
    desk = Desk()
    question = await desk.ask(elicitation=Elicitation(returned=True))
    desk.price.now = 90
    again = await desk.ask(elicitation=answer(question, "accept"))
    assert isinstance(again, InputRequired)
    assert "price: 90 → 120" in again.message
    assert desk.price.sent == []


async def test_a_forged_answer_without_our_state_has_no_power() -> None:
    desk = Desk()
    again = await desk.ask(
        elicitation=Elicitation(returned=True, state="forged", answers={"confirmation": "accept"})
    )
    assert isinstance(again, InputRequired)
    assert desk.price.sent == []


async def test_the_operator_may_force_the_token_on_clients_that_could_ask() -> None:
    desk = Desk(confirm="token")
    assert (await desk.ask(elicitation=Person("accept")))["status"] == "confirmation_required"
    assert (await desk.ask(elicitation=Elicitation(returned=True)))["status"] == "confirmation_required"
    assert desk.price.sent == []


async def test_only_the_operator_can_switch_confirmation_off() -> None:
    desk = Desk(confirm="off")
    assert (await desk.ask())["status"] == "done"


@dataclass
class Settled(Price):
    """A price that is as wanted from the moment when it is looked at for the nth time."""

    looks: int = 0
    settled_at: int = 1

    async def plan(self, price: int) -> PlannedWrite[Any]:
        change = await super().plan(price)
        self.looks += 1
        change.already = "It is so already." if self.looks >= self.settled_at else ""
        return change


SAID = {"status": "unchanged", "notes": ["It is so already. Nothing was sent."]}


@pytest.mark.parametrize("confirm", ["auto", "token", "off"])
async def test_a_write_that_would_change_nothing_is_neither_sent_nor_asked_about(confirm: str) -> None:
    desk = Desk(price=Settled(), confirm=confirm)
    person = Person()
    assert await desk.ask(elicitation=person) == SAID
    assert (desk.price.sent, person.heard) == ([], [])


async def test_a_change_that_somebody_else_made_while_a_person_was_asked_is_not_made_again() -> None:
    desk = Desk(price=Settled(settled_at=2))
    assert await desk.ask(elicitation=Person("accept")) == SAID
    assert desk.price.sent == []


async def test_a_used_token_tells_its_outcome_where_nothing_would_change_any_more() -> None:
    desk = Desk(price=Settled(settled_at=3), confirm="token")
    token = (await desk.ask())["confirmation_token"]
    first = await desk.ask(token=token)
    again = await desk.ask(token=token)
    assert (again["status"], again["reason"], again["earlier_outcome"]) == ("unchanged", "used", first)
    assert desk.price.sent == [120]


async def test_a_client_that_asks_while_the_call_waits_asks_whatever_token_it_brings() -> None:
    desk, person = Desk(), Person("decline", "decline", "decline")
    offered = await desk.offered()
    for token in ("x", offered):
        outcome = await desk.ask(token=token, elicitation=person)
        assert (outcome["status"], outcome["reason"]) == ("declined", "decline")
        assert "confirmation_token" not in outcome
    assert (len(person.heard), desk.price.sent) == (2, [])


async def test_a_client_that_is_handed_questions_gets_one_whatever_token_it_brings() -> None:
    desk = Desk()
    offered = await desk.offered()
    question = await desk.ask(token=offered, elicitation=Elicitation(returned=True))
    assert isinstance(question, InputRequired)
    again = await desk.ask(token=question.state, elicitation=Elicitation(returned=True))
    assert isinstance(again, InputRequired)
    assert desk.price.sent == []


async def test_the_state_of_a_question_is_no_token_for_a_client_that_cannot_ask() -> None:
    desk = Desk()
    question = await desk.ask(elicitation=Elicitation(returned=True))
    assert (await desk.ask(token=question.state))["status"] == "waiting_for_person"
    desk.writes = Writes("a", "token", desk.clock, confirmations=desk.confirmations)
    assert (await desk.ask(token=question.state))["reason"] == "unknown"
    assert desk.price.sent == []


async def test_an_offered_token_is_no_state_of_a_question_though_somebody_said_yes() -> None:
    desk = Desk()
    offered = await desk.offered()
    place = (await desk.ask(elicitation=Elicitation(returned=True))).place
    for somewhere in (place, "confirmation"):
        brought = Elicitation(returned=True, state=offered, answers={somewhere: "accept"})
        assert isinstance(await desk.ask(elicitation=brought), InputRequired)
    assert desk.price.sent == []


async def test_a_yes_counts_only_in_the_place_of_its_own_question() -> None:
    desk = Desk()
    first = await desk.ask(120, elicitation=Elicitation(returned=True))
    second = await desk.ask(130, elicitation=Elicitation(returned=True))
    assert first.place != second.place
    assert (await desk.ask(130, elicitation=answer(second, "accept", first.place)))["status"] == "declined"
    assert desk.price.sent == []


async def test_a_no_is_the_last_answer_to_its_question() -> None:
    desk = Desk()
    question = await desk.ask(elicitation=Elicitation(returned=True))
    refused = await desk.ask(elicitation=answer(question, "decline"))
    later = await desk.ask(elicitation=answer(question, "accept"))
    assert (later["status"], later["reason"], later["earlier_outcome"]) == ("declined", "used", refused)
    assert desk.price.sent == []


async def test_a_yes_that_comes_back_twice_is_told_what_came_of_it_and_offered_nothing() -> None:
    desk = Desk()
    question = await desk.ask(elicitation=Elicitation(returned=True))
    done = await desk.ask(elicitation=answer(question, "accept"))
    again = await desk.ask(elicitation=answer(question, "accept"))
    assert (again["reason"], again["earlier_outcome"]) == ("used", done)
    assert "confirmation_token" not in again
    assert desk.price.sent == [120]


async def test_a_no_to_something_that_changed_is_a_no() -> None:
    desk = Desk()
    question = await desk.ask(elicitation=Elicitation(returned=True))
    desk.price.now = 90
    assert (await desk.ask(elicitation=answer(question, "decline")))["reason"] == "decline"


async def test_a_token_of_the_operators_choice_ends_when_clients_are_asked_again() -> None:
    desk = Desk(confirm="token")
    offered = (await desk.ask(elicitation=Person("accept")))["confirmation_token"]
    asking = Desk(price=desk.price)
    asking.writes = Writes("a", "auto", desk.clock, confirmations=desk.confirmations)
    person = Person("decline")
    assert (await asking.ask(token=offered, elicitation=person))["status"] == "declined"
    assert desk.price.sent == []
