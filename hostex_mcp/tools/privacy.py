"""What leaves the server and in which form: one layer for all tools, driven by the marks on model fields."""

import json
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel

from hostex_mcp.api.marks import Contact, GuestText, Secret
from hostex_mcp.domain.guest_text import Fence, bounded, clean, one_line

Level = Literal["standard", "strict", "full"]
ValueT = TypeVar("ValueT")

HIDDEN = "hidden"
MOST_TEXT = 6_000
MOST_MAP = 4_000
_SHORT = frozenset(["name", "guest_name", "title", "send_to", "category"])


class Screen:
    """Shows the models of one answer as the privacy level allows. `reveal` names the secrets that this
    call asked for: `id_document`, `lock_code`, `wifi`. Outsiders' text is cleaned, bounded and fenced."""

    def __init__(self, level: Level = "standard", reveal: Collection[str] = ()) -> None:
        self._level = level
        self._reveal = reveal
        self._fence = Fence()

    def show(self, value: ValueT) -> ValueT:
        """A model, or a list or map of them, fit to leave the server."""
        return cast("ValueT", self._value(value, None, ""))

    def outside(self, text: str) -> str:
        """Text that an outsider wrote."""
        return self._fence.mark(text)

    def _model(self, model: BaseModel) -> BaseModel:
        fields = {name: (getattr(model, name), mark) for name, mark in _marks(type(model)).items()}
        shown = {name: self._value(value, mark, name) for name, (value, mark) in fields.items()}
        changed = {name: value for name, value in shown.items() if value is not fields[name][0]}
        return model.model_copy(update=changed) if changed else model

    def _value(self, value: object, mark: object, name: str) -> object:
        if self._hides(mark) and value:
            return HIDDEN if isinstance(value, str) else ()
        match value:
            case str():
                return self._text(value, mark, name)
            case BaseModel():
                return self._model(value)
            case list() | tuple():
                members = cast("list[object]", value)
                shown = [self._value(member, mark, name) for member in members]
                same = all(one is member for one, member in zip(shown, members, strict=True))
                return members if same else shown
            case dict():
                return self._map(cast("dict[str, object]", value), mark)
            case _:
                return value

    def _hides(self, mark: object) -> bool:
        match mark:
            case Secret(kind=kind):
                return self._level != "full" and kind not in self._reveal
            case Contact():
                return self._level == "strict"
            case _:
                return False

    def _text(self, value: str, mark: object, name: str) -> str:
        if isinstance(mark, GuestText):
            return one_line(value) if name in _SHORT else self._fence.mark(value)
        plain = value.isascii() and value.isprintable() and len(value) <= MOST_TEXT
        return value if plain else bounded(clean(value), MOST_TEXT)

    def _map(self, value: Mapping[str, object], mark: object) -> Mapping[str, object]:
        length = len(json.dumps(value, default=str))
        if length > MOST_MAP:
            return {"omitted": f"{length} characters"}
        return {one_line(key): self._value(member, mark, "") for key, member in value.items()}


@cache
def _marks(model: type[BaseModel]) -> Mapping[str, Any]:
    """Field name to its mark, or None."""
    known = (Secret, Contact, GuestText)
    return {
        name: next((note for note in field.metadata if isinstance(note, known)), None)
        for name, field in model.model_fields.items()
    }
