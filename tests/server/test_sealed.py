"""Values that leave the server as sealed text, and come back as they left or not at all."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.sealed import Sealed, Unsealable


@dataclass(frozen=True)
class Visit:
    """Something to seal."""

    guest: str
    at: datetime
    rooms: tuple[int, ...]


VISITS, KEYS = Sealed("visit", Visit), KeyRing([new_key()])
VISIT = Visit("Ana 🌊", datetime(2026, 5, 1, 12, tzinfo=UTC), (1, 2))


def test_a_sealed_value_comes_back_as_it_left() -> None:
    assert VISITS.open(KEYS, VISITS.seal(KEYS, VISIT, "browser"), "browser") == VISIT


@pytest.mark.parametrize("text", [None, 7, "", "nonsense", VISITS.seal(KeyRing([new_key()]), VISIT)])
def test_what_these_keys_did_not_seal_does_not_open(text: object) -> None:
    with pytest.raises(Unsealable):
        VISITS.open(KEYS, text)


def test_it_opens_only_where_it_belongs_and_for_its_purpose() -> None:
    sealed = VISITS.seal(KEYS, VISIT, "browser")
    for values, place in ((VISITS, "another"), (Sealed("stay", Visit), "browser")):
        with pytest.raises(Unsealable):
            values.open(KEYS, sealed, place)


def test_another_type_of_the_same_purpose_does_not_open_and_its_value_is_not_quoted() -> None:
    sealed = Sealed[dict[str, str]]("visit", dict[str, str]).seal(KEYS, {"token": "hidden"})
    with pytest.raises(Unsealable) as caught:
        VISITS.open(KEYS, sealed)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
