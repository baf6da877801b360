"""What the write tools have in common: finding the object, editing its lists, and the way back."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from hostex_mcp.api import FieldProblem, ListEndpoint, NotFound, Operation, Request, read_all
from hostex_mcp.api.endpoints.models import Model
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.lists import KeyT, merged
from hostex_mcp.domain.money import currencies
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import (
    AnswerT,
    JsonObject,
    ModelT,
    PlannedWrite,
    Preview,
    Undo,
    everything,
    lean,
)
from hostex_mcp.tools.writing.lost_answers import answered_or_found, if_readable

_FOR_GOOD = "A deletion cannot be undone."


async def find(context: Context, listing: ListEndpoint[ModelT], id: int, what: str) -> ModelT:
    """Return the row of a list with this id.

    Raises:
        NotFound: when Hostex lists none.
    """
    rows = (await context.client.page(listing, query={"id": id}, limit=1)).items
    return with_id(rows, listing, id, what)


def with_id(rows: Iterable[ModelT], listing: ListEndpoint[ModelT], id: int, what: str) -> ModelT:
    """Return the one of these rows whose identity is `id`.

    Raises:
        NotFound: when there is none.
    """
    for row in rows:
        if listing.identity(row) == id:
            return row
    raise NotFound(f"There is no {what} with the id {id}.", operation=listing.name)


def change_body(
    clear: Collection[str] | None = None, blanks: Mapping[str, Any] | None = None, /, **values: Any
) -> dict[str, Any]:
    """Return the arguments that were given, as the body of a change; those to `clear` have what is in
    `blanks`.

    Raises:
        InvalidArguments: when none was, so that nothing would change, or one is both set and cleared.
    """
    body = {name: value for name, value in values.items() if value is not None}
    require_unset(clear, body)
    body |= {name: (blanks or {})[name] for name in clear or ()}
    if not body:
        names = [*values, *(["clear"] if blanks else [])]
        raise InvalidArguments(*(FieldProblem(name, "at least one of these is required") for name in names))
    return body


def require_unset(clear: Collection[str] | None, values: Collection[str]) -> None:
    """Check that nothing that is to be cleared is set too.

    Raises:
        InvalidArguments: naming what is.
    """
    if both := [name for name in clear or () if name in values]:
        raise InvalidArguments(*(FieldProblem("clear", f"{name} is also set") for name in both))


def edit_list(
    name: str,
    present: Iterable[KeyT],
    new: Sequence[KeyT] | None,
    add: Collection[KeyT] | None,
    remove: Collection[KeyT] | None,
) -> list[KeyT] | None:
    """Return the list to write: `new`, or `present` with `add` and without `remove`; None when none was
    given.

    Raises:
        InvalidArguments: when they contradict each other.
    """
    if add is None and remove is None:
        return None if new is None else merged(new)
    if new is not None:
        problem = f"cannot be combined with add_{name} or remove_{name}, set or cleared"
        raise InvalidArguments(FieldProblem(name, problem))
    if both := set(add or ()) & set(remove or ()):
        clash = ", ".join(sorted(str(name) for name in both))
        raise InvalidArguments(FieldProblem(f"remove_{name}", f"would also be added: {clash}"))
    return merged(present, add or (), remove or ())


def or_empty(name: str, new: Sequence[KeyT] | None, clear: Collection[str] | None) -> Sequence[KeyT] | None:
    """Return the whole new list of this name, empty where it is to be cleared.

    Raises:
        InvalidArguments: when it is to be cleared and is given.
    """
    require_unset(clear, [name] if new is not None else [])
    return [] if clear and name in clear else new


def undo_update(
    tool: str,
    before: Model,
    changed: Iterable[str],
    clearable: Collection[str] = (),
) -> Undo | None:
    """Return the call that sets the changed fields to what they were. A field without a value is cleared;
    where it is not `clearable` Hostex has no way to do so, and so there is no way back."""
    old = before.model_dump(mode="json", include={"id", *changed})
    return undo_to(tool, {"id": old["id"]}, {name: old.get(name) for name in changed}, clearable)


def undo_to(
    tool: str, key: Mapping[str, Any], before: Mapping[str, Any], clearable: Collection[str]
) -> Undo | None:
    """Return the call that sets what has the key to the values before; None where one was empty that cannot
    be cleared."""
    unset = [name for name, value in before.items() if _is_unset(name, value)]
    if not set(unset) <= set(clearable):
        return None
    values = {name: value for name, value in before.items() if name not in unset}
    return Undo(tool, {**key, **values, **({"clear": unset} if unset else {})})


def _is_unset(name: str, value: Any) -> bool:
    """Whether a field has no value. Of the ids only that of an expense item can be 0."""
    return value in (None, "", [], {}) or (value == 0 and name in ("property_id", "staff_id"))


def plan_creation(
    tool: str, send: Callable[[], Awaitable[JsonObject]], preview: Preview | None = None
) -> PlannedWrite[Any]:
    """Return a creation, whose result has an `id` where it could be told; `tool` deletes what has this id."""

    async def create() -> JsonObject:
        result = await send()
        change.undo = Undo(tool, {"id": result["id"]}) if "id" in result else None
        return result

    change = PlannedWrite[Any](create, preview=preview, reversible=True)
    return change


async def sender(
    context: Context,
    operation: Operation[AnswerT],
    id: int,
    body: Mapping[str, Any] | None,
    result: JsonObject,
) -> Callable[[], Awaitable[JsonObject]]:
    """Return a write to the object with this id that is answered with the bare envelope.

    Raises:
        HostexError: this user may not make it.
    """
    await context.client.admit(Request(operation, path={"id": id}, body=body))

    async def send() -> JsonObject:
        await context.client.call(operation, path={"id": id}, body=body)
        return result

    return send


async def plan_deletion(
    context: Context,
    operation: Operation[AnswerT],
    id: int,
    gone: BaseModel,
    what: str,
    warnings: Sequence[str] = (),
    **named: Any,
) -> PlannedWrite[Any]:
    """Return a deletion for good of what `what` names. Preview and result show what is gone; in the preview
    `named` takes the place of members that say nothing to a person, None leaves them out.

    Raises:
        HostexError: this user may not make it.
    """
    result = lean(everything(context.redactor().redact(gone)))
    target = lean({**everything(context.preview_redactor().redact(gone)), **named})
    preview = Preview(f"Delete {what} for good", target, warnings=[*warnings, _FOR_GOOD])
    return PlannedWrite(
        await sender(context, operation, id, None, result), preview=preview, gone=everything(gone)
    )


def change_rows(after: JsonObject, before: JsonObject | None = None) -> list[dict[str, Any]]:
    """Return the changes of a preview: each member of `after` that says something, beside what it is now."""
    old = lean(before or {})
    return [
        {"what": name, **({"before": old[name]} if name in old else {}), "after": value}
        for name, value in after.items()
        if value is not None and value != old.get(name, "")
    ]


async def names(
    context: Context, listing: ListEndpoint[ModelT], ids: Collection[int], name: Callable[[ModelT], str]
) -> list[str]:
    """Return what people call the rows of a list with these ids, with the id where several are called the
    same, the id alone where Hostex lists none."""
    if not ids:
        return []
    rows = (await read_all(context.client, listing)).items
    labels = unique_names({listing.identity(row): one_line(name(row)) for row in rows})
    return [labels.get(id, f"id {id}") for id in ids]


def unique_names(names: Mapping[KeyT, str]) -> dict[KeyT, str]:
    """Return names by their ids, with the id in those that several have."""
    times = Counter(names.values())
    return {id: name if times[name] == 1 else f"{name} ({id})" for id, name in names.items()}


async def property_names(context: Context, ids: Collection[int]) -> list[str]:
    """Return the titles of properties."""
    return await names(context, LIST_PROPERTIES, ids, lambda home: home.title)


def counted(number: int, singular: str, plural: str) -> str:
    """Return a number with its noun."""
    return f"{number} {singular if number == 1 else plural}"


async def creator(
    context: Context,
    operation: Operation[None],
    body: Mapping[str, Any],
    listing: ListEndpoint[ModelT],
    fits: Callable[[ModelT], bool],
) -> Callable[[], Awaitable[ModelT | None]]:
    """Return a creation that Hostex answers without an id. It gives the row that is new in the list and fits,
    None where that cannot be told for sure: there is none, several, or the list was too long to know all of
    it.

    Raises:
        HostexError: when the list cannot be read beforehand, or this user may not make it.
    """
    await context.client.admit(Request(operation, body=body))
    before = await read_all(context.client, listing)
    earlier = {listing.identity(row) for row in before.items}

    async def write() -> None:
        await context.client.call(operation, body=body)

    async def look() -> ModelT | None:
        rows = (await read_all(context.client, listing)).items
        # Where the list before was cut short, a row that it lacks need not be new.
        new = [row for row in rows if listing.identity(row) not in earlier and fits(row)]
        return new[0] if before.complete and len(new) == 1 else None

    async def create() -> ModelT | None:
        row = await answered_or_found(write, look)
        return await if_readable(look) if row is None else row

    return create


async def currency_for(context: Context, property_id: int | None) -> str:
    """Return the currency of a property's channels, else the only one in use on the account.

    Raises:
        InvalidArguments: naming `currency` and the candidates when the account does not settle it.
    """
    properties = (await read_all(context.client, LIST_PROPERTIES)).items
    candidates = currencies(properties, property_id)
    if len(candidates) == 1:
        return candidates[0]
    several = (
        f"the account uses {', '.join(candidates)}" if candidates else "no listing of the account names one"
    )
    raise InvalidArguments(FieldProblem("currency", f"is required: {several}"))
