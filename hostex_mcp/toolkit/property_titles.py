"""Properties named by their id, or by their title where an id is wanted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from anyio.to_thread import run_sync

from hostex_mcp.api import FieldProblem, NotFound
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES, Property
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import Titles
from hostex_mcp.domain.wording import quoted, some
from hostex_mcp.toolkit.arguments import InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.kept_lists import read_whole

_MOST_PROPERTIES = 2_000


@dataclass(frozen=True, slots=True)
class Resolved:
    """The arguments of a call with every property given by its id, what has to be said of them, and the
    numbers that are neither the id nor the title of a property that is served."""

    arguments: Mapping[str, Any]
    notes: Sequence[str] = ()
    unknown: Sequence[int] = ()

    def require_known(self) -> None:
        """Check that every property is there.

        Raises:
            NotFound: when one is not.
        """
        for number in self.unknown:
            raise NotFound(f"There is no property with the id {number}.", operation=LIST_PROPERTIES.name)


async def resolve_properties(
    context: Context, arguments: Mapping[str, Any], names: Iterable[str]
) -> Resolved:
    """Look up the properties that the arguments with these names hold. A number is an id where there is one,
    else a title.

    Raises:
        InvalidArguments: when a title fits no property, or several.
    """
    titled = {name: arguments[name] for name in names if arguments.get(name) is not None}
    if not titled:
        return Resolved(arguments)
    properties = (await read_whole(context, LIST_PROPERTIES, {}, _MOST_PROPERTIES)).items
    lookup = await run_sync(_Lookup(properties).all, titled)
    return Resolved({**arguments, **lookup.values}, list(dict.fromkeys(lookup.notes)), lookup.unknown)


_BETWEEN = re.compile(r"[,;]")
_NUMBER = re.compile(r"(?:#\s*)?(\d+)(?:\.0+)?")


class _Lookup:
    """Looks up many properties among many, which takes its time."""

    def __init__(self, properties: Sequence[Property]) -> None:
        self._ids = {home.id for home in properties}
        self._titles = Titles(properties, lambda home: home.title)
        self.values: dict[str, Any] = {}
        self.unknown: list[int] = []
        self.notes: list[str] = []

    def all(self, arguments: Mapping[str, object]) -> "_Lookup":
        """Look up what each argument holds."""
        self.values = {name: self._of(name, value) for name, value in arguments.items()}
        return self

    def _of(self, argument: str, value: object) -> object:
        if not isinstance(value, list):
            return self._one(argument, str(value))
        names = [name for member in cast("list[object]", value) for name in self._listed(str(member))]
        return [self._one(argument, name) for name in names]

    def _listed(self, text: str) -> list[str]:
        """Return a name that is one, else the names between its commas, if they are names."""
        parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
        are_names = not self._titles.named(text) and all(
            _NUMBER.fullmatch(a) or self._titles.named(a) for a in parts
        )
        return parts if are_names and len(parts) > 1 else [text]

    def _one(self, argument: str, text: str) -> int:
        number = _NUMBER.fullmatch(text)
        # "#7" may be somebody's title too.
        if number and not self._titles.exact(text):
            text = number[1]
        return self._numbered(argument, text) if text.isdecimal() else self._titled(argument, text)

    def _numbered(self, argument: str, text: str) -> int:
        namesakes = self._titles.exact(text)
        if (number := int(text)) in self._ids:
            other = next((home for home in namesakes if home.id != number), None)
            if other:
                titled = f"the property titled {one_line(other.title)} has the id {other.id}"
                self.notes.append(f"{argument}: {text} was taken as an id; {titled}.")
            return number
        if namesakes:
            return self._only(argument, namesakes)
        self.unknown.append(number)
        return number

    def _titled(self, argument: str, title: str) -> int:
        if fitting := self._titles.named(title):
            return self._only(argument, fitting)
        similar = self._titles.similar(title)
        nearest = ", ".join(quoted(one_line(title)) for title in similar)
        hint = f"; nearest: {nearest}" if similar else "; list_properties shows ids and titles"
        raise InvalidArguments(FieldProblem(argument, f"matches no property title{hint}"))

    @staticmethod
    def _only(argument: str, fitting: Sequence[Property]) -> int:
        if len(fitting) == 1:
            return fitting[0].id
        several = some([f"{quoted(one_line(home.title))} ({home.id})" for home in fitting], 5)
        raise InvalidArguments(FieldProblem(argument, f"matches several properties: {several}"))
