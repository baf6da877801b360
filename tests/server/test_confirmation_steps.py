"""What listeners are told of confirmations: every step once, in its order, with the time a person took."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import pytest
from mcp import MCPError
from mcp.types import ElicitResult

from hostex_mcp.events import Confirmed, Event, listen_here
from hostex_mcp.server.asking import Elicitation
from tests.server.test_unconfirmed import Silence
from tests.server.test_writes import Desk, Settled, answer
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio

RETURNED = Elicitation(returned=True)


class Heard:
    """Keeps the steps of confirmations."""

    def __init__(self) -> None:
        self.events: list[Confirmed] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Confirmed):
            self.events.append(event)

    @property
    def steps(self) -> list[str]:
        return [event.step for event in self.events]


async def token_used(desk: Desk) -> None:
    token = (await desk.ask())["confirmation_token"]
    await desk.ask(token=token)
    await desk.ask(token=token)


async def token_expired(desk: Desk) -> None:
    token = (await desk.ask())["confirmation_token"]
    desk.clock.now += timedelta(minutes=10)
    await desk.ask(token=token)


async def token_for_something_else(desk: Desk) -> None:
    token = (await desk.ask(120))["confirmation_token"]
    await desk.ask(130, token=token)


async def token_made_up(desk: Desk) -> None:
    await desk.ask(token="made up")


async def token_for_what_moved(desk: Desk) -> None:
    token = (await desk.ask())["confirmation_token"]
    desk.price.now = 90
    await desk.ask(token=token)


async def yes_twice(desk: Desk) -> None:
    question = await desk.ask(elicitation=RETURNED)
    await desk.ask(elicitation=answer(question, "accept"))
    await desk.ask(elicitation=answer(question, "accept"))


async def no(desk: Desk) -> None:
    await desk.ask(elicitation=answer(await desk.ask(elicitation=RETURNED), "decline"))


async def nothing_said(desk: Desk) -> None:
    await desk.ask(elicitation=answer(await desk.ask(elicitation=RETURNED), None))


async def yes_to_what_moved(desk: Desk) -> None:
    question = await desk.ask(elicitation=RETURNED)
    desk.price.now = 90
    await desk.ask(elicitation=answer(question, "accept"))


async def switched_off(desk: Desk) -> None:
    desk.writes = Desk(confirm="off").writes
    await desk.ask()


@pytest.mark.parametrize(
    ("happening", "steps"),
    [
        (token_used, ["offered", "token", "used", "offered"]),
        (token_expired, ["offered", "expired", "offered"]),
        (token_for_something_else, ["offered", "arguments_changed", "offered"]),
        (token_made_up, ["unknown", "offered"]),
        (token_for_what_moved, ["offered", "state_changed", "offered"]),
        (yes_twice, ["asked", "accept", "used"]),
        (no, ["asked", "decline"]),
        (nothing_said, ["asked", "cancel"]),
        (yes_to_what_moved, ["asked", "state_changed", "asked"]),
        (switched_off, []),
    ],
)
async def test_every_step_is_told_once(
    happening: Callable[[Desk], Awaitable[None]], steps: list[str]
) -> None:
    with listen_here(heard := Heard()):
        await happening(Desk(confirm="token" if happening.__name__.startswith("token") else "auto"))
    assert heard.steps == steps


async def test_what_would_change_nothing_takes_no_step() -> None:
    with listen_here(heard := Heard()):
        await Desk(price=Settled()).ask()
    assert heard.steps == []


async def test_a_used_token_is_told_of_where_nothing_would_change_any_more() -> None:
    desk = Desk(price=Settled(settled_at=3), confirm="token")
    with listen_here(heard := Heard()):
        await token_used(desk)
    assert (desk.price.sent, heard.steps) == ([120], ["offered", "token", "used"])


class Session:
    """Has a person answer after a while, during which something may happen."""

    def __init__(self, clock: Clock, *answers: str | Exception, meanwhile: Callable[[], None]) -> None:
        self._clock, self._answers, self._meanwhile = clock, list(answers), meanwhile

    async def elicit_form(self, message: str, form: Mapping[str, Any]) -> ElicitResult:
        self._clock.advance(seconds=8)
        self._meanwhile()
        action = self._answers.pop(0)
        if isinstance(action, Exception):
            raise action
        return ElicitResult(action=cast("Any", action))


REFUSAL = MCPError(code=-32601, message="Method not found")


@pytest.mark.parametrize(
    ("answers", "steps"),
    [
        (["accept", "accept"], ["asked", "accept", "state_changed", "asked", "accept"]),
        (["accept", "decline"], ["asked", "accept", "state_changed", "asked", "decline"]),
        (["decline"], ["asked", "decline"]),
        (["cancel"], ["asked", "cancel"]),
        ([REFUSAL], ["asked", "failed"]),
    ],
)
async def test_questions_that_a_call_waits_for_are_told_with_their_answers_and_the_time_these_took(
    answers: list[str | Exception], steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, clock = Desk(), Clock()
    monkeypatch.setattr("hostex_mcp.server.asking.time.monotonic", clock.seconds)
    session = Session(clock, *answers, meanwhile=lambda: setattr(desk.price, "now", 90))
    context = cast("Any", type("Asked", (), {"session": session}))
    with listen_here(heard := Heard()):
        await desk.ask(elicitation=Elicitation(context, began=clock.seconds()))
    assert heard.steps == steps
    answered = [
        event.seconds for event in heard.events if event.step in ("accept", "decline", "cancel", "failed")
    ]
    assert answered == [8.0] * len(answers)
    assert sum(event.seconds for event in heard.events) == 8.0 * len(answers)
    assert desk.price.sent == ([120] if steps[-1] == "accept" else [])


async def test_a_question_that_was_withdrawn_is_told_as_one_that_nobody_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, clock = Desk(), Clock()
    monkeypatch.setattr("hostex_mcp.server.asking.time.monotonic", clock.seconds)
    context = cast("Any", type("Asked", (), {"session": Silence()}))
    with listen_here(heard := Heard()):
        await desk.ask(elicitation=Elicitation(context, began=clock.seconds() - 50))
    assert heard.steps == ["asked", "timeout"]
