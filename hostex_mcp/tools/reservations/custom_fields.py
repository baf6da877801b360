"""Custom fields of a stay: free keys and texts that message templates can use."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import StringConstraints

from hostex_mcp.api import FieldProblem
from hostex_mcp.api.endpoints import reservations as api
from hostex_mcp.reads.stay_lookup import find_stay
from hostex_mcp.toolkit.arguments import Code, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ALREADY, PlannedWrite, Preview, Undo, lean
from hostex_mcp.toolkit.schema import SentAsText
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.reservations.stays import StayChange
from hostex_mcp.tools.writing.edits import change_body, require_unset
from hostex_mcp.tools.writing.stays import in_words, stay_target, stay_view
from hostex_mcp.tools.writing.titles import titles_of

# Blanks around a key would be taken off, and of two keys that differ by them one would be lost.
FieldKey = Annotated[str, StringConstraints(strip_whitespace=False)]
_IN_TEMPLATES = "Message templates send these to the guest as {{cf.key}}, automatic messages too."


@tool(
    "Write custom fields of a stay",
    effect=Effect.CONSEQUENTIAL,
    hostex_name="update_reservation_custom_fields",
    open_world=True,
    idempotent=True,
    keywords="key value template variable parking",
)
async def update_reservation_custom_fields(
    context: Context,
    stay_code: Code,
    custom_fields: Annotated[dict[FieldKey, str], SentAsText(), "JSON object, as text; other keys stay"]
    | None = None,
    clear: Annotated[list[FieldKey], "keys to remove"] | None = None,
) -> PlannedWrite[StayChange]:
    """Set free key-value fields of one stay, which message templates can use as `{{cf.key}}`."""
    changes = _changes(custom_fields, clear)
    stay = await find_stay(context, stay_code)
    path = {"stay_code": stay_code}
    fields = await context.client.call(api.GET_RESERVATION_CUSTOM_FIELDS, path=path) or {}
    before = {key: fields.get(key, "") for key in changes}
    titles = await titles_of(context, [stay])
    redactor = context.redactor()
    hidden = any(value and redactor.hides(key) for key, value in before.items())

    async def send() -> StayChange:
        body = {"custom_fields": {key: value or None for key, value in changes.items()}}
        await context.client.call(api.UPDATE_RESERVATION_CUSTOM_FIELDS, path=path, body=body)
        old = dict(lean(redactor.fields(before)))
        return StayChange(**stay_view(context, stay, titles), before=old, after=changes)

    # An undo would hand out what is hidden, and "already so" would confirm a guess of it. A key with blanks
    # around it can be removed, and not be set again.
    final = hidden or any(map(_has_blanks, before))
    undo = None if final else Undo("update_reservation_custom_fields", {**path, **_restoring(before)})
    already = ALREADY if before == changes and not hidden else ""
    return PlannedWrite(send, undo, _preview(context, stay, titles, before, changes), already)


def _changes(fields: Mapping[str, str] | None, clear: Sequence[str] | None) -> dict[str, str]:
    """Return the text that each key is to have, empty for those to remove.

    Raises:
        InvalidArguments: when nothing would change, a text is empty, or a key has blanks around it.
    """
    texts = change_body(custom_fields=fields, clear=clear).get("custom_fields", {})
    if empty := [key for key, text in texts.items() if not text]:
        raise InvalidArguments(
            *(FieldProblem(f"custom_fields.{key}", "is empty; use `clear` to remove a key") for key in empty)
        )
    # A template finds no such key, and the stay would have two that look alike.
    if blank := [key for key in texts if _has_blanks(key)]:
        problem = "begins or ends with a blank, or is empty: write the key as templates name it"
        raise InvalidArguments(*(FieldProblem(f"custom_fields.{key}", problem) for key in blank))
    require_unset(clear, texts)
    return {**texts, **dict.fromkeys(clear or (), "")}


def _has_blanks(key: str) -> bool:
    return not key or key != key.strip()


def _restoring(before: Mapping[str, str]) -> dict[str, Any]:
    """Return the arguments that bring fields back, with the keys cleared that were not there."""
    texts = {key: text for key, text in before.items() if text}
    absent = [key for key, text in before.items() if not text]
    return dict(lean({"custom_fields": texts or None, "clear": absent}))


def _preview(
    context: Context,
    stay: api.Reservation,
    titles: Mapping[int, str],
    before: Mapping[str, str],
    changes: Mapping[str, str],
) -> Preview:
    """Return each field beside what it is now; of a hidden one only whether it is set."""
    redactor = context.preview_redactor()
    rows = [
        {
            "what": f"custom field {key}" if changes[key] else f"removal of custom field {key}",
            "before": "set" if old and redactor.hides(key) else redactor.fence(old) or "not set",
            "after": changes[key] or "removed",
        }
        for key, old in before.items()
    ]
    title = titles[stay.property_id]
    summary = f"Write custom fields of the stay of {in_words(stay, title)}"
    return Preview(summary, stay_target(stay, title), rows, [_IN_TEMPLATES])
