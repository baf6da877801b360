"""The rows of the reservation list, one per stay."""

from dataclasses import dataclass
from datetime import datetime, time
from string import ascii_uppercase
from unicodedata import normalize

from hostex_mcp.sandbox.demo.bookings import Booking
from hostex_mcp.sandbox.demo.builder import Builder, load
from hostex_mcp.sandbox.demo.charges import received_share, stay_charges
from hostex_mcp.sandbox.demo.codes import reservation_codes
from hostex_mcp.sandbox.lookups import iso, named
from hostex_mcp.sandbox.orders import settle_order
from hostex_mcp.sandbox.state import Row

PREFIXES = {
    "AT": "+43", "AU": "+61", "BE": "+32", "BG": "+359", "BR": "+55", "CA": "+1", "CH": "+41", "CZ": "+420",
    "DE": "+49", "DK": "+45", "ES": "+34", "FI": "+358", "FR": "+33", "GB": "+44", "HR": "+385", "IE": "+353",
    "IN": "+91", "IT": "+39", "JP": "+81", "KR": "+82", "MA": "+212", "MX": "+52", "NL": "+31", "NO": "+47",
    "PL": "+48", "PT": "+351", "RO": "+40", "SE": "+46", "SG": "+65", "SI": "+386", "TR": "+90", "UA": "+380",
    "US": "+1",
}  # fmt: skip


@dataclass(frozen=True)
class Guest:
    """Whoever booked. Phone and e-mail can be missing, or the e-mail empty, as in live answers."""

    name: str
    country: str
    phone: str | None
    email: str | None

    def card(self) -> Row:
        """Return the contact card of a thread."""
        return {"name": self.name, "phone": self.phone or "", "email": self.email or ""}


class GuestBook:
    """Draws guests from the list of names in a random order; each round has a middle initial of its own."""

    def __init__(self, builder: Builder) -> None:
        self._random = builder.random
        self._names: list[list[str]] = load("guests")
        self._random.shuffle(self._names)
        self._drawn = 0

    def draw(self, channel: str) -> Guest:
        """Return the next guest. Airbnb passes no e-mail on, and some direct guests leave none."""
        rounds, index = divmod(self._drawn, len(self._names))
        name, country = self._names[index]
        if rounds:
            first, last = name.split(" ")
            name = f"{first} {ascii_uppercase[rounds]}. {last}"
        self._drawn += 1
        email = f"{_ascii(name)}{self._drawn}@example.com"
        if channel == "airbnb":
            return Guest(name, country, _phone(country, self._drawn), "")
        return Guest(name, country, _phone(country, self._drawn), self._random.choice([email, email, None]))


def _phone(country: str, number: int) -> str:
    """Return a number out of a range that is kept free for fiction where there is one."""
    line = number % 100
    ranges = {"US": f"31255501{line:02}", "CA": f"41655501{line:02}", "GB": f"7700900{number % 1000:03}"}
    return f"{PREFIXES[country]} {ranges.get(country, f'900000{number % 1000:03}')}"


def _ascii(name: str) -> str:
    letters = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(letters.replace("-", "").replace(".", "").split())


_HOST_CHANNELS = ("hostex_direct", "booking_site")


@dataclass(frozen=True)
class Stay:
    """A stay of the account with what it was made from."""

    booking: Booking
    place: Row
    guest: Guest
    row: Row
    booked_at: datetime


def add_stays(builder: Builder, bookings: list[Booking]) -> list[Stay]:
    """Add a row per booking and settle the orders they form."""
    book = GuestBook(builder)
    places = {place["id"]: place for place in builder.plan["properties"]}
    stays = [_stay(builder, booking, places[booking.property_id], book) for booking in bookings]
    builder.account.stays = {stay.row["stay_code"]: stay.row for stay in stays}
    for order in orders_of(stays):
        _settle(order)
    return stays


def orders_of(stays: list[Stay]) -> list[list[Stay]]:
    """Return the stays by the reservation they belong to."""
    orders: dict[str, list[Stay]] = {}
    for stay in stays:
        orders.setdefault(stay.row["reservation_code"], []).append(stay)
    return list(orders.values())


def _settle(order: list[Stay]) -> None:
    """Write on every stay of an order what belongs to the order: when it was made and what was paid."""
    rows, share = [stay.row for stay in order], received_share(order[0].booking)
    for row in rows[1:]:
        row |= {key: rows[0][key] for key in ("booked_at", "created_at")}
    settle_order(rows, 0)
    settle_order(rows, round(rows[0]["payment"]["total_amount"] * share, 2))


def _stay(builder: Builder, booking: Booking, place: Row, book: GuestBook) -> Stay:
    """Make one stay. Inferred: in the reservation box it is allocated to no property."""
    guest = Guest(**booking.wishes["guest"]) if "guest" in booking.wishes else book.draw(booking.channel)
    booked_at = _booked_at(builder, booking)
    code, stay_code, number = reservation_codes(builder, booking)
    row = {
        "reservation_code": code,
        "stay_code": stay_code,
        "channel_id": number,
        "property_id": place["id"] if booking.wishes.get("allocated", True) else 0,
        "channel_type": booking.channel,
        "listing_id": _listing_id(builder, booking, place),
        "check_in_date": str(builder.day(booking.start)),
        "check_out_date": str(builder.day(booking.end)),
    }
    row |= _party(builder, booking, place)
    row |= {"status": booking.status, "stay_status": _stay_status(booking)}
    row |= {"guest_name": guest.name, "guest_phone": guest.phone, "guest_email": guest.email}
    row |= _history(builder, booking, booked_at)
    row |= {"rates": stay_charges(builder, booking, place)}
    row |= {"check_in_details": _check_in_details(builder, booking, number)}
    row |= _notes(booking) | {"custom_channel": _custom_channel(builder, booking)}
    guests = _guests(builder, booking, guest)
    row |= {"guests": guests} | _leftovers(booking)
    row |= {"checkin_guide_images": _guide_images(builder, booking, guests)}
    return Stay(booking, place, guest, row, booked_at)


def _booked_at(builder: Builder, booking: Booking) -> datetime:
    """Return when the booking was made: as planned, or some weeks ahead and always before a cancellation."""
    if "booked_hours_ago" in booking.wishes:
        return builder.ago(hours=booking.wishes["booked_hours_ago"])
    latest = -1 - booking.wishes.get("cancelled_days_ago", -1)
    ahead = builder.random.choice((3, 8, 15, 24, 40, 61))
    offset = min(booking.start - ahead, latest - builder.random.randrange(1, 25))
    if "booked_days_ago" in booking.wishes:
        offset = -booking.wishes["booked_days_ago"]
    return builder.past(offset, builder.daytime())


def _history(builder: Builder, booking: Booking, booked_at: datetime) -> Row:
    """Return who booked when. Denied and expired requests carry no time of cancellation (Inferred)."""
    days = booking.wishes.get("cancelled_days_ago")
    return {
        "cancelled_at": None if days is None else iso(builder.past(-days, time(9, 12))),
        "booked_at": iso(booked_at),
        "created_at": iso(booked_at),
        "creator": builder.account.email if booking.channel == "hostex_direct" else "System",
    }


def _stay_status(booking: Booking) -> str:
    """Return where the guest is: those who leave today are still in, those who come today are awaited."""
    if booking.status != "accepted" or booking.start >= 0:
        return "checkin_pending"
    return "in_house" if booking.end >= 0 else "stay_completed"


def _listing_id(builder: Builder, booking: Booking, place: Row) -> str:
    if booking.channel == "hostex_direct":
        return str(place["id"])
    pools = [pool for pool in builder.plan["room_types"] if place["id"] in pool["property_ids"]]
    sold = [*place["sells"], *(sold for pool in pools for sold in pool["sells"])]
    return next(listing_id for channel, listing_id, *_ in sold if channel == booking.channel)


def _party(builder: Builder, booking: Booking, place: Row) -> Row:
    some = (min(builder.random.choice((1, 2, 2, 2, 3, 4)), place["sleeps"]), 0, 0, 0)
    adults, children, infants, pets = booking.wishes.get("party", some)
    return {
        "number_of_guests": adults + children,
        "number_of_adults": adults,
        "number_of_children": children,
        "number_of_infants": infants,
        "number_of_pets": pets,
    }


def _check_in_details(builder: Builder, booking: Booking, number: str) -> Row:
    """Return what the guest is told; about half of the arrivals of the coming days have a lock code."""
    code = f"{builder.random.randrange(10000):04}" if builder.random.random() < 0.5 else None
    if not (booking.status == "accepted" and -7 <= booking.start <= 7):
        code = None
    details: Row = {
        "arrival_at": None,
        "departure_at": None,
        "lock_code": code,
        "lock_code_visible_after": "14:00" if code else "",
        "deposit": None,
        "id_required": "not_required",
        "check_in_guide_url": f"https://guide.example.invalid/g/{number.lower()}",
    }
    return details | booking.wishes.get("check_in", {})


def _notes(booking: Booking) -> Row:
    wishes = booking.wishes
    return {
        "remarks": wishes.get("remarks", ""),
        "channel_remarks": wishes.get("channel_remarks", ""),
        "conversation_id": None,
        "tags": list(wishes.get("tags", [])),
    }


def _custom_channel(builder: Builder, booking: Booking) -> Row | None:
    if booking.channel not in _HOST_CHANNELS:
        return None
    channels = builder.account.custom_channels
    channel_id = booking.wishes.get("custom_channel_id", channels[-1]["id"])
    return {"id": channel_id, "name": named(channels, channel_id)}


def _guests(builder: Builder, booking: Booking, guest: Guest) -> list[Row]:
    if "guests" in booking.wishes:
        return list(booking.wishes["guests"])
    document = booking.wishes.get("id_document")
    row: Row = {
        "id": builder.number("guest"),
        "name": guest.name,
        "phone": guest.phone,
        "email": guest.email,
        "id_type": None,
        "id_number": None,
        "gender": None,
        "country": guest.country,
        "is_booker": True,
        "id_images": [],
    }
    if document:
        image = builder.number("document")
        row |= document
        row["id_images"] = [{"id": image, "url": f"https://img.example.invalid/id/{image}.jpg"}]
    return [row]


def _guide_images(builder: Builder, booking: Booking, guests: list[Row]) -> list[Row]:
    """Return the pictures sent in through the check-in guide, of the booker or linked to nobody yet."""
    images: list[Row] = []
    for sender in booking.wishes.get("guide_images", []):
        image, owner = builder.number("guide_image"), guests[0]["id"] if sender == "booker" else None
        url = f"https://img.example.com/guide/{image}.jpg"
        images.append({"id": image, "client_id": owner, "url": url})
    return images


def _leftovers(booking: Booking) -> Row:
    wishes, policy = booking.wishes, booking.wishes.get("policy", "flexible")
    details = {"airbnb": {"cancellation_policy_category": policy}}
    return {
        "custom_fields": wishes.get("custom_fields"),
        "in_reservation_box": wishes.get("in_box", False),
        "additional_fees": list(wishes.get("additional_fees", [])),
        "channel_details": details if booking.channel == "airbnb" else None,
    }
