"""What leaves the server and in which form: one layer for all tools, driven by the marks on model fields."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel

from hostex_mcp.api.endpoints.marks import Contact, GuestText, Secret
from hostex_mcp.domain.guest_text import Fence, clean, is_clean, one_line, shortened
from hostex_mcp.domain.names import fold
from hostex_mcp.settings import PrivacyLevel

ValueT = TypeVar("ValueT")

HIDDEN = "hidden"
MOST_TEXT = 6_000
MOST_MAP = 4_000
_TEXT_OR_LESS = frozenset([str, int, float, bool, date, datetime, NoneType, Ellipsis])
_PLAIN_HOLDERS = frozenset([list, tuple, Union, UnionType])
_SHORT = frozenset(["name", "guest_name", "title", "send_to"])
# Free maps have no fields to bear marks: their keys are judged by these words, folded and without blanks.
# The first that fits decides, so a door's password is told before any other password.
_LOCK, _WIFI, _DOCUMENT = Secret("lock_code"), Secret("wifi"), Secret("id_document")
_CONTACT, _OUTSIDE = Contact("phone"), GuestText()
_WORDS: Mapping[str, Secret | Contact] = {
    **dict.fromkeys(["lockcode", "doorcode", "accesscode", "entrycode", "gatecode", "keycode"], _LOCK),
    **dict.fromkeys(["pincode", "lockboxcode", "keyboxcode", "checkinguideurl", "alarmcode"], _LOCK),
    **dict.fromkeys(["safecode", "passcode", "lockpin", "doorpin", "gatepin", "turcode"], _LOCK),
    **dict.fromkeys(["codedeporte", "codeporte", "codigodepuerta", "codigodaporta"], _LOCK),
    **dict.fromkeys(["codiceporta", "\u95e8\u9501\u5bc6\u7801", "\u95e8\u7981\u5bc6\u7801"], _LOCK),
    **dict.fromkeys(["passport", "identitycard", "documentnumber", "\u8eab\u4efd\u8bc1"], _DOCUMENT),
    **dict.fromkeys(["wifiremarks", "wifipass", "wificode", "wifikey", "wlanpass", "wlankey"], _WIFI),
    **dict.fromkeys(["password", "passwort", "contrasena", "motdepasse", "\u5bc6\u7801"], _WIFI),
    **dict.fromkeys(["phone", "mobilenumber", "email"], _CONTACT),
}
# As a part of a longer name these would hide too much: "mobile home", "id type of the trip".
_WHOLE_NAMES: Mapping[str, Secret | Contact] = {
    **dict.fromkeys(["idnumber", "idtype", "idimages"], _DOCUMENT),
    "mobile": _CONTACT,
}


class Redactor:
    """Shows the models of one answer as the privacy level allows. `reveal` names the secrets that this
    call asked for: `id_document`, `lock_code`, `wifi`. Outsiders' text is cleaned, bounded and fenced;
    `spell` says what becomes of characters that nobody sees."""

    def __init__(
        self,
        level: PrivacyLevel = "standard",
        reveal: Collection[str] = (),
        spell: Callable[[str], str] = clean,
    ) -> None:
        self._level = level
        self._reveal = reveal
        self._spell = spell
        self._fence = Fence(spell=spell)

    def redact(self, value: ValueT) -> ValueT:
        """Return a model, or a list or map of them, fit to leave the server."""
        return cast("ValueT", self._value(value, None, ""))

    def fields(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Return free fields that outsiders may have written; secret ones are known by their names."""
        return {one_line(key): self._member(key, value, _OUTSIDE) for key, value in values.items()}

    @property
    def hides_contacts(self) -> bool:
        """Whether the phone numbers and e-mail addresses of guests stay hidden."""
        return self._hides(_CONTACT)

    def hides(self, key: str) -> bool:
        """Whether the value of a free field stays hidden, by its name alone."""
        return self._hides(_mark_of(key))

    def fence(self, text: str) -> str:
        """Return an outsider's text inside the boundary of this answer."""
        return self._fence.mark(text)

    def _model(self, model: BaseModel) -> BaseModel:
        marks = _marks(type(model))
        # One dump in compiled code is far cheaper than a look at every text here.
        names = _watched(type(model)) if _is_all_plain(model) else model.__dict__
        changed: dict[str, object] = {}
        for name in names:
            value = model.__dict__[name]
            if value is not None and (visible := self._value(value, marks.get(name), name)) is not value:
                changed[name] = visible
        return model.model_copy(update=changed) if changed else model

    def _value(self, value: object, mark: object, name: str) -> object:
        if mark is not None and value and self._hides(mark):
            # An empty list does not even tell how many documents there are.
            return () if isinstance(value, list | tuple) else HIDDEN
        if isinstance(value, str):
            return self._text(value, mark, name)
        if isinstance(value, list | tuple):
            members = cast("list[object]", value)
            visible = [self._value(member, mark, name) for member in members]
            same = all(new is old for new, old in zip(visible, members, strict=True))
            return members if same else visible
        if isinstance(value, dict):
            return self._map(cast("dict[str, object]", value), mark)
        return self._model(value) if isinstance(value, BaseModel) else value

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
        plain = len(value) <= MOST_TEXT and is_clean(value)
        return value if plain else shortened(value, MOST_TEXT, lambda start: clean(self._spell(start)))

    def _map(self, value: Mapping[str, object], mark: object) -> Mapping[str, object]:
        length = len(json.dumps(value, default=str))
        if length > MOST_MAP:
            return {"omitted": f"{length} characters"}
        return {one_line(key): self._member(key, member, mark) for key, member in value.items()}

    def _member(self, key: str, value: object, mark: object) -> object:
        return HIDDEN if value and self.hides(key) else self._value(value, mark, "")


def _is_all_plain(model: BaseModel) -> bool:
    """Whether no text in the model needs cleaning or bounding, seen at once from all of it as JSON, where
    control characters are escaped."""
    try:
        text = model.__pydantic_serializer__.to_json(model, warnings=False)
    except ValueError:
        return False
    return len(text) <= MOST_TEXT and b"\\" not in text and is_clean(text.decode())


def _mark_of(key: str) -> Secret | Contact | None:
    """Return the mark of a free map's key, judged by its name alone."""
    name = "".join(char for char in fold(key) if char.isalnum())
    return next((mark for word, mark in _WORDS.items() if word in name), _WHOLE_NAMES.get(name))


@cache
def _watched(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields that are more than plain text and numbers: marked ones, maps, and models of such."""
    marks = _marks(model)
    fields = model.model_fields.items()
    return tuple(name for name, field in fields if name in marks or _holds_watched(field.annotation))


def _holds_watched(kind: Any) -> bool:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _holds_watched(parts[0])
    if parts:
        return origin not in _PLAIN_HOLDERS or any(map(_holds_watched, parts))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return bool(_watched(kind))
    return kind not in _TEXT_OR_LESS


@cache
def _marks(model: type[BaseModel]) -> Mapping[str, Any]:
    """Return the marks of fields by their names."""
    kinds = (Secret, Contact, GuestText)
    marks = {
        name: next((note for note in field.metadata if isinstance(note, kinds)), None)
        for name, field in model.model_fields.items()
    }
    return {name: mark for name, mark in marks.items() if mark is not None}
