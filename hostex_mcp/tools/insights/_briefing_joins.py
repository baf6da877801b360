"""What several lists of a briefing tell about the same stay, told once."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hostex_mcp.toolkit.results import JsonObject

_Lists = dict[str, list[dict[str, Any]]]
_LISTS = (
    "warnings",
    "requests",
    "waiting",
    "turnovers",
    "arrivals",
    "departures",
    "tasks",
    "reviews",
    "in_house",
)
_SIDES: Mapping[str, str] = {"departures": "leaves", "arrivals": "comes"}


def told_once(shown: JsonObject) -> tuple[Mapping[str, list[dict[str, Any]]], Mapping[str, int]]:
    """The lists of a briefing, with each request about to lapse put to its warning, and the one guest who
    leaves and the one who comes to their turnover; and how many of each list are told there. Where several
    rows could be meant, they all stay where they are."""
    told: _Lists = {name: [dict(row) for row in shown.get(name, ())] for name in _LISTS}
    before = Counter({name: len(rows) for name, rows in told.items()})
    for turnover in told["turnovers"]:
        _join_turnover(turnover, told)
    for warning in told["warnings"]:
        _join_warning(warning, told)
    return told, before - Counter({name: len(rows) for name, rows in told.items()})


def _join_turnover(turnover: dict[str, Any], told: _Lists) -> None:
    found = {name: [row for row in told[name] if _place(row) == _place(turnover)] for name in _SIDES}
    if any(len(rows) != 1 for rows in found.values()):
        return
    for name, side in _SIDES.items():
        turnover[side] = found[name][0]
        told[name].remove(found[name][0])


def _join_warning(warning: dict[str, Any], told: _Lists) -> None:
    if warning["kind"] == "request_expiring":
        same = (*_place(warning), warning.get("guest_name"))
        found = [row for row in told["requests"] if (*_place(row), row.get("guest_name")) == same]
        if len(found) == 1:
            warning.update(found[0])
            told["requests"].remove(found[0])
    elif any(
        _place(row) == _place(warning) and _times(row) == warning.get("detail") for row in told["turnovers"]
    ):
        del warning["detail"]


def _place(row: JsonObject) -> tuple[object, object]:
    return row.get("property"), row.get("property_id")


def _times(turnover: JsonObject) -> str:
    return f"out {turnover.get('out_time', '?')}, in {turnover.get('in_time', '?')}"
