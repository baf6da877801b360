"""What a write changes, on one line for the audit trail: property, stay, days, before and after. Only values
of a fixed form are in it; texts, names, contacts, codes and addresses are left out, whoever wrote them."""

import re
from collections.abc import Mapping
from typing import Any, cast

from hostex_mcp.domain.channels import channel_name
from hostex_mcp.domain.guest_text import bounded, one_line
from hostex_mcp.server.presenting import presented
from hostex_mcp.server.quoting import OWN_DAYS, Quoted

MOST_CHARACTERS = 400
_MOST_OF_A_VALUE = 120

_PLACES = ("property", "property_title", "properties")
_ABOUT = (
    *("stays", "dates", "check_in_date", "check_out_date", "days", "about"),
    *("reservation_code", "stay_code", "conversation_id", "id"),
)
_FIXED = frozenset(
    (
        *(
            "status",
            "stay_status",
            "scope",
            "property",
            "properties",
            "room_types",
            "channels",
            "dates",
            "events",
        ),
        *("price of the whole stay", "amount", "fee", "rate_amount", "commission_amount", "received_amount"),
        *("check_in_date", "check_out_date", "expected_date", "expected_time", "scheduled_at"),
        *("arrival_at", "departure_at", "nightly_rate", "long_term_discount", "category_ratings"),
        *("reservation_code", "stay_code", "color", "cancellation_policy", "id_required"),
        *("check_in_start_time", "check_in_end_time", "check_out_before", "type", "currency"),
    )
)
_OURS = re.compile(r"[a-z]+(?:_[a-z]+)*")
_CHANGED = " (changed)"


def changed(preview: Mapping[str, Any]) -> str:
    """A preview in so many words as an audit trail may hold."""
    target: Mapping[str, Any] = preview.get("target", {})
    shown = presented({"changes": preview.get("changes", [])} | {"target": target})
    both = [*zip(preview.get("changes", []), shown["changes"], strict=True)]
    rows = [_row(row, words, _titles(target)) for row, words in both]
    about = [*_place(target), *_about(target, [words.get("what") for _, words in both])]
    return bounded(": ".join(filter(None, (", ".join(about), "; ".join(rows)))), MOST_CHARACTERS)


def _place(target: Mapping[str, Any]) -> list[str]:
    """The property, and the channel listing if it is one."""
    named = next((_said(target[name]) for name in _PLACES if name in target), "")
    if "listing_id" not in target:
        return [named] if named else []
    title = named or _said(target.get("title", ""))
    channel = channel_name(str(target.get("channel_type", "")))
    return [" ".join(filter(None, (title, f"on {channel}" if channel else "", f"({target['listing_id']})")))]


def _titles(target: Mapping[str, Any]) -> list[str]:
    """The properties by which changes of several are named."""
    titles = target.get("properties")
    return [str(title) for title in cast("list[Any]", titles)] if isinstance(titles, list) else []


def _about(target: Mapping[str, Any], named: list[Any]) -> list[str]:
    """What it concerns, less what a change is `named` by."""
    words = presented({"target": {name: target[name] for name in _ABOUT if name in target}})["target"]
    return [f"{name} {_said(value)}" for name, value in words.items() if value not in named]


def _row(row: Mapping[str, Any], shown: Mapping[str, Any], titles: list[str]) -> str:
    """One change; of what is no value of a fixed form only that it changed."""
    key, sides = str(row.get("what", "")), [side for side in ("before", "after") if side in row]
    days = next((key[len(title) + 2 :] for title in titles if key.startswith(f"{title}, ")), key)
    if OWN_DAYS.fullmatch(days) or key in _FIXED or all(_is_number(row[side]) for side in sides):
        return f"{_said(shown['what'])} {' → '.join(_said(shown[side]) for side in sides)}"
    return (str(shown["what"]) if _OURS.fullmatch(key) else "text") + _CHANGED


def _is_number(value: object) -> bool:
    """Whether a value is a number, a switch, or a list of them."""
    if isinstance(value, list):
        return all(map(_is_number, cast("list[object]", value)))
    return isinstance(value, bool | int | float) or value in ("not set", "none")


def _said(value: object) -> str:
    """A value on one line of a bounded length."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Quoted():
            return bounded(one_line(value.inner), _MOST_OF_A_VALUE)
        case list():
            return ", ".join(map(_said, cast("list[object]", value))) or "none"
        case _:
            return bounded(one_line(str(value)), _MOST_OF_A_VALUE)
