"""The changes of an account as rows for its model."""

from collections.abc import Sequence
from typing import Any

from hostex_mcp.server.changes.pending import status_of
from hostex_mcp.server.changes.record import MOST_SETTLED, Extent, PendingChange
from hostex_mcp.toolkit.context import ChangeEntry, ChangeLog
from hostex_mcp.toolkit.results import lean

_HIDDEN = (
    "{} more were asked for when more properties or details were served here than now, and are not shown."
)
_MOST_KEPT = "Only the {} newest that are done or decided are kept."


def change_log(changes: Sequence[PendingChange], extent: Extent, full: bool) -> ChangeLog:
    """Return the changes that may be shown within this extent, newest first."""
    shown = [change for change in changes if extent.covers(change.extent)]
    entries = [ChangeEntry(_row(change, full), _key(change)) for change in shown]
    hidden = len(changes) - len(shown)
    notes = [_HIDDEN.format(hidden)] if hidden else []
    if sum(change.settled for change in changes) >= MOST_SETTLED:
        notes.append(_MOST_KEPT.format(MOST_SETTLED))
    return ChangeLog(sorted(entries, key=lambda entry: entry.key), notes)


def _key(change: PendingChange) -> list[int | float | str]:
    return [-change.asked_at.timestamp(), change.id]


def _row(change: PendingChange, full: bool) -> dict[str, Any]:
    outcome = change.answer
    row = {
        "change_id": change.id,
        "tool": change.tool,
        "summary": change.preview.get("summary", change.title),
        "status": status_of(change),
        "asked_at": _moment(change.asked_at),
        "asked_by": change.asked_by,
        "expires_at": _moment(change.expires) if change.open else None,
        "decided_at": _moment(change.decided_at),
        "decided_by": change.decided_by,
        "undo": outcome.get("undo"),
        "undone_by": change.undone_by,
        "preview": change.preview if full else None,
        "outcome": outcome if full and outcome else None,
    }
    return dict(lean(row))


def _moment(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
