"""Values of one type that leave this server as text, and come back as they left or not at all."""

from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

ValueT = TypeVar("ValueT")


class Unsealable(Exception):
    """A sealed text does not open: altered, foreign, bound to something else, or its key is gone. Which one
    is not told."""


class Keys(Protocol):
    """Keys that seal bytes as text, for one purpose and bound to something, and open them again."""

    def seal(self, purpose: str, plain: bytes, bound_to: str = "") -> str:
        """Seal bytes."""
        ...

    def open(self, purpose: str, sealed: str, bound_to: str = "") -> bytes:
        """Open what was sealed for the same purpose and bound to the same.

        Raises:
            Unsealable: for every reason alike.
        """
        ...


class Sealed(Generic[ValueT]):
    """Values of one type as sealed JSON, for one purpose."""

    def __init__(self, purpose: str, type: type[ValueT]) -> None:
        self._purpose = purpose
        self._json = TypeAdapter[ValueT](type)

    def seal(self, keys: Keys, value: ValueT, bound_to: str = "") -> str:
        """Return a value as text that only these keys open."""
        return keys.seal(self._purpose, self._json.dump_json(value), bound_to)

    def open(self, keys: Keys, sealed: Any, bound_to: str = "") -> ValueT:
        """Return the value of a text.

        Raises:
            Unsealable: it is no text, does not open, or holds something else.
        """
        if not isinstance(sealed, str):
            raise Unsealable
        plain = keys.open(self._purpose, sealed, bound_to)
        try:
            return self._json.validate_json(plain)
        except ValidationError:
            # Without its cause, which quotes what was sealed.
            raise Unsealable from None
