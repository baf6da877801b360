"""What a stay costs: nightly prices, fees, taxes, the channel's commission, and what was paid of it."""

from datetime import timedelta

from hostex_mcp.sandbox.demo.bookings import Booking
from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.demo.listings import RATIOS, WEEKEND
from hostex_mcp.sandbox.orders import money
from hostex_mcp.sandbox.state import Row

COMMISSIONS = {"airbnb": 0.03, "booking.com": 0.15, "vrbo": 0.08}
_TAX = 0.06
PAYOUT_DELAY_DAYS = 7


def stay_charges(builder: Builder, booking: Booking, place: Row) -> Row:
    """Return the rates of one stay, in major units; the order's totals are still those of the stay."""
    currency, room = builder.currency_of(place["id"]), _room_revenue(builder, booking, place)
    lines = [("ACCOMMODATION", "Room revenue", room), ("CLEANING_FEE", "Cleaning fee", place["cleaning"])]
    if "pet_fee" in booking.wishes:
        lines.append(("PET_FEE", "Pet fee", booking.wishes["pet_fee"]))
    tax = round(room * _TAX, 2) if booking.channel == "booking.com" else None
    if tax is not None:
        lines.append(("TAXES", "Taxes", tax))
    rate = round(sum(amount for _, _, amount in lines), 2)
    commission = round(rate * COMMISSIONS.get(booking.channel, 0), 2)
    lines.append(("HOST_SERVICE_FEE", "Commission", commission))
    return {
        "total_rate": money(currency, rate),
        "total_commission": money(currency, commission),
        "rate": money(currency, rate),
        "commission": money(currency, commission),
        "tax": None if tax is None else money(currency, tax),
        "details": [
            {"type": kind, "description": text, "currency": currency, "amount": amount}
            for kind, text, amount in lines
        ],
    }


def received_share(booking: Booking) -> float:
    """Return how much of the payout has arrived: 1 is all of it, more is too much.

    Airbnb and Vrbo pay the day after check-in, Booking.com a week after check-out, direct guests before.
    """
    if "received" in booking.wishes:
        return booking.wishes["received"]
    if booking.status != "accepted":
        return 0
    if booking.channel == "booking.com":
        return 1 if booking.end <= -PAYOUT_DELAY_DAYS else 0
    if booking.channel in COMMISSIONS:
        return 1 if booking.start < 0 else 0
    return 1 if booking.start <= 0 else 0.3


def _room_revenue(builder: Builder, booking: Booking, place: Row) -> int:
    """Add the nights up, weekends dearer, with a little chance as prices move over time."""
    first, mood = builder.day(booking.start), builder.random.uniform(0.92, 1.12)
    nights = (first + timedelta(days=n) for n in range(booking.nights))
    total = sum(place["weekend"] if night.weekday() in WEEKEND else place["base"] for night in nights)
    return round(total * mood * RATIOS.get(booking.channel, 100) / 100)
