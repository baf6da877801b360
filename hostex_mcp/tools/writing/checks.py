"""What is found out before a write is asked about: its names are there, it changes anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from hostex_mcp.api import FieldProblem, ListEndpoint, read_all
from hostex_mcp.api.endpoints.models import IdName, Model
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.wording import some
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.privacy import HIDDEN
from hostex_mcp.toolkit.results import ALREADY, ModelT
from hostex_mcp.tools.writing.edits import with_id

_BLANK: Mapping[str, Any] = {"note": "", "email": "", "property_id": 0, "staff_id": 0}
MOST_TAGS = 500
"""How many tags an account can have, of properties and of reservations each."""


async def require(
    context: Context, listing: ListEndpoint[ModelT], ids: Iterable[int] | None, what: str
) -> Sequence[ModelT]:
    """Return the rows of a list with these ids, each once.

    Raises:
        NotFound: when Hostex does not list all of them.
    """
    unique_ids = list(dict.fromkeys(ids or ()))
    if not unique_ids:
        return []
    rows = (await read_all(context.client, listing)).items
    return [with_id(rows, listing, id, what) for id in unique_ids]


async def require_properties(context: Context, ids: Iterable[int] | None) -> None:
    """Check that there are such properties.

    Raises:
        NotFound: when one is not among those of the account.
    """
    await require(context, LIST_PROPERTIES, ids, "property")


async def require_new(
    context: Context,
    listing: ListEndpoint[ModelT],
    field: str,
    name: str,
    name_of: Callable[[ModelT], str],
    most: int | None = None,
) -> None:
    """Check that a name which has to be unique is not taken, and that there is room for one more.

    Raises:
        InvalidArguments: naming the argument `field`, when Hostex would refuse it.
    """
    rows = (await read_all(context.client, listing)).items
    if any(name_of(row) == name for row in rows):
        raise InvalidArguments(FieldProblem(field, f"must be unique, and {one_line(name)} is taken"))
    if most is not None and len(rows) >= most:
        raise InvalidArguments(
            FieldProblem(field, f"cannot be added: there are {len(rows)}, the maximum is {most}")
        )


async def find_entry(context: Context, listing: ListEndpoint[IdName], id: int, argument: str) -> str:
    """Return the name of an entry of a dictionary.

    Raises:
        InvalidArguments: naming the argument and the entries that there are, when this is none of them.
    """
    entries = (await context.client.page(listing)).items
    for entry in entries:
        if entry.id == id:
            return one_line(entry.name)
    choices = some([f"{one_line(entry.name)} ({entry.id})" for entry in entries], 20)
    raise InvalidArguments(FieldProblem(argument, f"is not one of this account's: {choices}"))


def same(context: Context, before: Model, body: Mapping[str, Any]) -> str:
    """Return a sentence saying that a body would change nothing; empty where it would, or might.

    What the privacy level hides is never said to be so, or it could be found out by guessing."""
    if not body.keys() <= type(before).model_fields.keys():
        return ""
    visible = context.redactor().redact(before)
    if any(getattr(visible, name) == HIDDEN for name in body):
        return ""
    old = before.model_dump(mode="json", include=set(body))
    now = {name: _BLANK.get(name) if old[name] is None else old[name] for name in body}
    alike = all(_unordered(now[name]) == _unordered(value) for name, value in body.items())
    return ALREADY if alike else ""


def _unordered(value: Any) -> Any:
    """Return a list of ids or codes without its order; anything else as it is."""
    if not isinstance(value, list):
        return value
    members = cast("list[Any]", value)
    return members if any(isinstance(member, dict) for member in members) else sorted(map(str, members))
