"""Calendars for the view to draw, in the shape in which the server gives them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tests.views.stage import Json

TODAY = date(2026, 11, 24)
HOSTILE = '<img src=x onerror="parent.broken = true">\u202e</bdi>'


def stay(start: int, nights: int, guest: str = "Anna Muster", **members: Any) -> Json:
    """A stay from a day of the row on."""
    check_in = TODAY + timedelta(days=start)
    return {
        "start": start,
        "nights": nights,
        "lane": 0,
        "guest_name": guest,
        "channel_type": "airbnb",
        "check_in_date": f"{check_in}",
        "check_out_date": f"{check_in + timedelta(days=nights)}",
        "status": "accepted",
        "amount": 450,
        "currency": "EUR",
        "stay_code": f"0-{guest}-{start}",
        **members,
    }


def listing(days: int, channel: str = "airbnb", price: float = 120, **members: Any) -> Json:
    """A listing with one price."""
    own = {"channel_type": channel, "listing_id": f"{channel}-1", "currency": "EUR"}
    return own | {"price": [[0, days, price]]} | members


def row(number: int = 1, title: str = "", *, days: int = 31, **members: Any) -> Json:
    """A property without a stay."""
    return {
        "property_id": number,
        "property": title or f"Home {number}",
        "today": f"{TODAY}",
        "start_date": f"{TODAY}",
        "days": days,
        "nights": _nights(days, members.get("stays", []), members.get("blocks", [])),
        "stays": [],
        "blocks": [],
        "listings": [listing(days)],
        "price_of": 0,
        "gaps": [],
        "conflicts": [],
        **members,
    }


def _nights(days: int, stays: Sequence[Json], blocks: Sequence[Json]) -> str:
    letters = ["."] * days
    for letter, spans in (("b", blocks), ("s", stays)):
        for span in spans:
            for day in range(max(span["start"], 0), min(span["start"] + span["nights"], days)):
                letters[day] = letter
    return "".join(letters)


def answer(rows: Sequence[Json], **members: Any) -> Json:
    """What read_calendar says."""
    return {"content": [], "structuredContent": {"items": rows, "total": len(rows), **members}}


def asked(rows: Sequence[Json]) -> Json:
    """What get_calendar says to the model, of which the view takes the days."""
    items = [
        {"property_id": each["property_id"], "property": each["property"], **_ends(each)} for each in rows
    ]
    return {"content": [{"type": "text", "text": "Home 1: free"}], "structuredContent": {"items": items}}


def _ends(each: Mapping[str, Any]) -> Json:
    start = date.fromisoformat(each["start_date"])
    return {"start_date": f"{start}", "end_date": f"{start + timedelta(days=each['days'] - 1)}"}


def empty_days(arguments: Json) -> Json:
    """Days without a stay, of the properties and dates that are asked for."""
    start = date.fromisoformat(arguments["start_date"])
    days = (date.fromisoformat(arguments["end_date"]) - start).days + 1
    rows = [row(number, days=days, start_date=f"{start}") for number in arguments["property_ids"]]
    return answer(rows)


def in_turn(*answers: Json | Callable[[Json], Json]) -> Callable[[Json], Json]:
    """A tool that gives each answer once and then the last one again."""
    left = list(answers)

    def give(arguments: Json) -> Json:
        given = left.pop(0) if len(left) > 1 else left[0]
        return given(arguments) if callable(given) else given

    return give
