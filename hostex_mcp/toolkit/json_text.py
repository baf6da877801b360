"""JSON that every reader reads alike: readers differ in which of two values of one name they take."""

import json
from contextlib import suppress
from typing import Any


class TwiceNamed(ValueError):
    """JSON in which a name appears twice in one object."""

    def __init__(self) -> None:
        super().__init__("A name appears twice in one object.")


def require_unambiguous(text: str | bytes) -> None:
    """Refuse JSON that one reader takes for this and another for that. What is no JSON is left to others.

    Raises:
        TwiceNamed: it names something twice.
    """
    with suppress(RecursionError):
        try:
            json.loads(text, object_pairs_hook=_each_once)
        except TwiceNamed:
            raise
        except ValueError:
            return


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise TwiceNamed
