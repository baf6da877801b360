"""Stays of one property for the tests of sums over them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hostex_mcp.api.endpoints.reservations import Reservation


def stay(code: str, check_in: str, nights: int, **changes: Any) -> Reservation:
    """An accepted stay of property 1, paid in euros: `price` in all, of which `room` for the nights."""
    arrival = date.fromisoformat(check_in)
    currency = changes.pop("currency", "EUR")
    total, room = changes.pop("price", 100), changes.pop("room", None)
    commission, balance = changes.pop("commission", 0), changes.pop("balance", 0)
    lines = [{"type": "ACCOMMODATION", "currency": currency, "amount": room}] if room is not None else []
    row: dict[str, Any] = {
        "reservation_code": code,
        "stay_code": code,
        "channel_id": code,
        "property_id": 1,
        "channel_type": "airbnb",
        "listing_id": "l-1",
        "check_in_date": arrival,
        "check_out_date": arrival + timedelta(days=nights),
        "number_of_guests": 2,
        "status": "accepted",
        "booked_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
        "created_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
        "rates": {
            "rate": {"currency": currency, "amount": total},
            "commission": {"currency": currency, "amount": commission},
            "details": lines,
        },
        "payment": {"currency": currency, "total_amount": total, "balance_amount": balance},
    }
    return Reservation.model_validate(row | changes)
