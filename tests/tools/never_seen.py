"""What must never be seen unless it was asked for, listed here by itself and not taken from the code: every
secret and every way to reach a guest, each planted under a mark of its own."""

import itertools
import json
from typing import Any, cast

from hostex_mcp.sandbox.state import SandboxAccount

WIFI, LOCK, DOCUMENT, CONTACT = "SEEN-WIFI", "SEEN-LOCK", "SEEN-DOCUMENT", "SEEN-CONTACT"
KINDS = {"wifi": WIFI, "lock_code": LOCK, "id_document": DOCUMENT}
FIELDS: dict[str, str] = {
    "wifi_password": WIFI,
    "wifi_remarks": WIFI,
    "lock_code": LOCK,
    "check_in_guide_url": LOCK,
    "id_type": DOCUMENT,
    "id_number": DOCUMENT,
    "id_images": DOCUMENT,
    "checkin_guide_images": DOCUMENT,
    "guest_phone": CONTACT,
    "guest_email": CONTACT,
    "phone": CONTACT,
    "email": CONTACT,
    "mobile": CONTACT,
}
FREE: dict[str, str] = {
    "wifi_password": WIFI,
    "Wi-Fi password": WIFI,
    "wifiRemarks": WIFI,
    "Network password": WIFI,
    "wireless_password": WIFI,
    "lock_code": LOCK,
    "Lock code": LOCK,
    "doorCode": LOCK,
    "door-code": LOCK,
    "access_code": LOCK,
    "entry_code": LOCK,
    "gate_code": LOCK,
    "keycode": LOCK,
    "pin code": LOCK,
    "lockbox code": LOCK,
    "keybox_code": LOCK,
    "check_in_guide_url": LOCK,
    "id_number": DOCUMENT,
    "ID type": DOCUMENT,
    "idImages": DOCUMENT,
    "Passport number": DOCUMENT,
    "document_number": DOCUMENT,
    "phone": CONTACT,
    "guest_phone": CONTACT,
    "Phone number": CONTACT,
    "Mobile": CONTACT,
    "telephone": CONTACT,
    "E-mail": CONTACT,
    "guestEmail": CONTACT,
    "email_address": CONTACT,
}
_numbers = itertools.count()


def planted(mark: str) -> str:
    """A secret, alone or in ordinary text, in turn."""
    number = next(_numbers)
    return f"{mark}-{number}" if number % 2 else f"It is {mark}-{number}, as we wrote to you."


def free_map() -> dict[str, Any]:
    """A free map with a secret under every name, flat and nested, as text and in lists."""
    flat = {name: planted(mark) for name, mark in FREE.items()}
    nested = {name: [mark] for name, mark in FREE.items()}
    return {**flat, "deeper": [{"still": nested}]}


def plant(value: Any, key: str = "") -> Any:
    """The same data with every field of the list filled, set before or not; other texts stay plain."""
    if key in ("id_images", "checkin_guide_images"):
        return [{"id": 5, "url": f"https://img.example.com/{planted(DOCUMENT)}"}]
    if key in FIELDS:
        return planted(FIELDS[key])
    if isinstance(value, dict):
        row = cast("dict[str, Any]", value)
        return {name: plant(member, name) for name, member in row.items()}
    if isinstance(value, list):
        return [plant(member) for member in cast("list[Any]", value)]
    return value


def plant_account(account: SandboxAccount) -> None:
    """An account whose texts are ordinary and whose secrets are all planted."""
    for store in vars(account).values():
        if isinstance(store, dict):
            rows = cast("dict[Any, Any]", store)
            rows |= {key: plant(row) for key, row in rows.items() if isinstance(row, dict)}
    fields = {name: planted(mark) for name, mark in FREE.items()}
    for stay in account.stays.values():
        stay["custom_fields"] = dict(fields)
        stay["guests"] = [plant(guest) for guest in stay.get("guests") or [_GUEST]] or [plant(_GUEST)]
        stay["check_in_details"] = plant({**_DETAILS, **(stay.get("check_in_details") or {})})
        stay["checkin_guide_images"] = plant([], "checkin_guide_images")
    for thread in account.conversations.values():
        thread["guest"] = plant({"phone": "", "email": "", **thread["guest"]})


_GUEST = dict.fromkeys(("name", "phone", "email", "id_type", "id_number", "id_images"), "")
_DETAILS = {"lock_code": "", "check_in_guide_url": ""}


def marks(value: Any) -> set[str]:
    """The marks that can be seen in anything."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return {mark for mark in (WIFI, LOCK, DOCUMENT, CONTACT) if mark in text}
