"""Under `auto` no sequence of calls takes a person's place, whatever the client can do."""

from typing import cast

import anyio
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp import ClientSession

from hostex_mcp.server import asking
from tests.server.whims import KINDS, WAYS, Kind, Way, Whim, Word, World, whims
from tests.support.requests_sent import sent

NEVER: tuple[Word, ...] = ("decline", "cancel", "nothing")
THE_ATTACK = [Whim(0, "decline", token=0), Whim(0, "decline", token=0), Whim(0, "decline", token=0)]
ELSEWHERE = [Whim(0, "decline", elsewhere=True), Whim(0, "nothing", token=0), Whim(0, "nothing", state=0)]
LEFT_LYING = [Whim(0, "nothing"), Whim(0, "nothing", token=0), Whim(0, "cancel", state=0)]
REPEATED = [Whim(0, "nothing"), Whim(0, "nothing", change=0), Whim(0, "nothing", change=0, elsewhere=True)]
LENT = [Whim(0, "nothing"), Whim(0, "nothing", token=0, elsewhere=True)]
BUTTONS = [
    Whim(0, "nothing"),
    Whim(0, "nothing", button="prepare_change"),
    *(
        Whim(0, "nothing", button="decide_change", change=change, token=token, state=state)
        for change in range(2)
        for token in range(2)
        for state in range(2)
    ),
]

# The steps of a write have tests of their own; tracing would make these sequences half as slow again.
pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

run = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], print_blob=True)


async def unchecked(*_: object) -> None:
    """The client's own check of results reads the list of tools each time, and is not what is tried here."""


def lived(world: World, sequence: list[Whim], patience: float) -> list[str]:
    """What was written, with calls that wait for a person so many seconds at most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "PATIENCE_SECONDS", patience)
        patch.setattr(ClientSession, "validate_tool_result", unchecked)
        if world.kind == "opens addresses":
            patch.setattr("mcp.client.session.types.FormElicitationCapability", type(None))
        return anyio.run(world.live, sequence)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@example(sequence=THE_ATTACK)
@example(sequence=REPEATED)
@example(sequence=BUTTONS)
@example(sequence=ELSEWHERE)
@example(sequence=LEFT_LYING)
@example(sequence=LENT)
@run
@given(sequence=whims(NEVER))
def test_nothing_is_written_while_the_person_never_agrees(way: Way, kind: Kind, sequence: list[Whim]) -> None:
    assert lived(World(way, kind), sequence, 0.02) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
@run
@given(sequence=whims(["decline"]), place=st.integers(0, 4))
def test_what_the_person_agreed_to_is_written_and_nothing_else_once(
    way: Way, kind: Kind, sequence: list[Whim], place: int
) -> None:
    before, after = (cast("list[Word]", ["decline"] * count) for count in (place, 40))
    world = World(way, kind, [*before, "accept", *after])
    outcome = lived(world, sequence, 60)
    assert outcome == [deed.operation for deed in world.agreed]
    if world.agreed:
        [body] = sent(world.sandbox, outcome[0])
        assert "message" not in (body or {}) or body["message"] == world.agreed[0].arguments["message"]
