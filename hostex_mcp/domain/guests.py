"""Finding stays by the name of a guest, as people remember it."""

import re
from collections.abc import Iterable

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.names import fold
from hostex_mcp.domain.stays import HOLDING


def of_guest(name: str, stays: Iterable[Reservation]) -> list[Reservation]:
    """The stays on which somebody has all the words of a name, whatever their order, case and accents; where
    there are none, those on which each word begins one of the guest's. Stays that are cancelled, denied or
    expired count only where there are no others."""
    wanted = _words(name)
    known = [(stay, _people(stay)) for stay in stays]
    for fits in (_whole, _begun):
        if found := [stay for stay, people in known if any(fits(wanted, words) for words in people)]:
            alive = [stay for stay in found if stay.status in HOLDING]
            return sorted(alive or found, key=lambda stay: (stay.check_in_date, stay.stay_code))
    return []


def _whole(wanted: set[str], words: set[str]) -> bool:
    return bool(wanted) and wanted <= words


def _begun(wanted: set[str], words: set[str]) -> bool:
    return bool(wanted) and all(any(word.startswith(part) for word in words) for part in wanted)


def _people(stay: Reservation) -> list[set[str]]:
    names = [stay.guest_name, *(person.name for person in stay.guests)]
    return [_words(name) for name in names if name]


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", fold(name)))
