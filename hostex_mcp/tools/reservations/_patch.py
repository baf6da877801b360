"""What the tools that change stays and orders share: finding them by their code and naming them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from hostex_mcp.api import Operation
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import HIDDEN
from hostex_mcp.toolkit.results import ALREADY, JsonObject, PlannedWrite, Preview, lean
from hostex_mcp.tools.writing.edits import restoring
from hostex_mcp.tools.writing.stays import StayView, in_words, stay_target, stay_view


class StayChange(StayView, total=False):
    """What a write changed on a stay; `before` leaves out what was not set."""

    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StayPatch:
    """How a tool changes stays. `state` gives what it can change, under its names, None where a value cannot
    be written back; what `secret` values are now, previews name as set or not set only."""

    tool: str
    operation: Operation[Any]
    state: Callable[[Reservation], JsonObject]
    secret: tuple[str, ...] = ()
    clearable: tuple[str, ...] = ()


def stay_patch(
    context: Context, how: StayPatch, stay: Reservation, changes: JsonObject, body: JsonObject | None = None
) -> PlannedWrite[StayChange]:
    """The write of some `changes` to a stay, sent as `body` where Hostex wants another form.

    There is no undo for a value that cannot be written back, nor for one that the privacy level hides. That
    a hidden value is so already is not said either, or it could be found out by guessing.
    """
    key = {"stay_code": stay.stay_code}
    state = how.state(stay)
    before = to_jsonable_python({name: state[name] for name in changes})
    visible = how.state(context.redactor().redact(stay))
    shown = to_jsonable_python({name: visible[name] for name in changes})
    hidden = any(shown[name] == HIDDEN != before[name] for name in changes)
    after = to_jsonable_python(dict(changes))
    guessable = HIDDEN in shown.values()
    already = (
        ALREADY if not guessable and all(state[name] == value for name, value in changes.items()) else ""
    )

    async def send() -> StayChange:
        await context.client.call(how.operation, path=key, body=body or changes)
        return StayChange(**stay_view(context, stay), before=dict(lean(shown)), after=after)

    undo = None if hidden else restoring(how.tool, key, before, how.clearable)
    return PlannedWrite(send, undo, already=already)


def patch_preview(
    context: Context,
    how: StayPatch,
    stay: Reservation,
    changes: JsonObject,
    title: str,
    warnings: Sequence[str],
) -> Preview:
    """What a change of a stay would do, field by field."""
    visible = how.state(context.preview_redactor().redact(stay))
    rows = [
        {"what": name, "before": _now(how, name, visible[name]), "after": _said(value)}
        for name, value in changes.items()
    ]
    return Preview(f"Change the stay of {in_words(stay, title)}", stay_target(stay, title), rows, warnings)


def _now(how: StayPatch, name: str, value: Any) -> Any:
    """What a value is before the write, of a secret one only whether there is any."""
    return "set" if name in how.secret and value else _said(value)


def _said(value: Any) -> Any:
    return "not set" if value in (None, "") else to_jsonable_python(value)
