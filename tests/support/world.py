"""A small host and a client that speaks plain HTTP to the sandbox."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.orders import settle_order, stay_rates
from hostex_mcp.sandbox.state import Accounts, ListingRates, Row, SandboxAccount
from tests.support.clock import Clock

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LOFT, STUDIO, ATTIC, TWIN_A, TWIN_B = 1, 2, 3, 4, 5
TWINS = 60


@dataclass
class Api:
    """A client with one token."""

    sandbox: Sandbox
    clock: Clock
    runner: asyncio.Runner
    headers: dict[str, str]

    @property
    def account(self) -> SandboxAccount:
        """The host's data."""
        return self.sandbox.accounts.main

    def bearing(self, token: str) -> "Api":
        """Return a client with another token."""
        return Api(self.sandbox, self.clock, self.runner, {"Hostex-Access-Token": token})

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request to a path of the sandbox."""

        async def send() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self.sandbox.app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://hostex.invalid") as client:
                return await client.request(method, path, headers=self.headers, **options)

        return self.runner.run(send())

    def envelope(self, name: str, body: object = None, **query: object) -> Row:
        """Carry out an operation such as `GET /tasks` and return the envelope."""
        method, path = name.split(" ")
        options: dict[str, Any] = {"params": query} if query else {}
        if body is not None:
            options["json"] = body
        response = self.request(method, f"/v3{path}", **options)
        assert response.status_code == 200
        return response.json()

    def data(self, name: str, body: object = None, **query: object) -> Any:
        """Carry out an operation that has to work and return its data."""
        envelope = self.envelope(name, body, **query)
        assert envelope["error_code"] == 200, envelope
        return envelope.get("data")

    def refusal(self, name: str, body: object = None, **query: object) -> tuple[int, str]:
        """Carry out an operation that has to be refused and return code and message."""
        envelope = self.envelope(name, body, **query)
        assert envelope["error_code"] != 200
        assert "data" not in envelope
        return envelope["error_code"], envelope["error_msg"]

    def stays(self, **query: object) -> list[Row]:
        """List stays."""
        return self.data("GET /reservations", **query)["reservations"]

    def stay(self, code: str) -> Row:
        """Return a stay by its reservation code."""
        [stay] = self.stays(reservation_code=code)
        return stay


def make_api(runner: asyncio.Runner) -> Api:
    """Start a sandbox with the small host."""
    clock = Clock(NOW)
    accounts = Accounts(main=small_host(), second=_neighbour(), empty=SandboxAccount("Nobody", "UTC", "EUR"))
    return Api(Sandbox(now=clock, accounts=accounts), clock, runner, {"Hostex-Access-Token": WRITABLE})


def small_host() -> SandboxAccount:
    """Build a host with five properties, one of them without channels, two of them pooled."""
    account = SandboxAccount("Small Host", "Europe/Lisbon", "EUR", email="rita@example.com")
    account.properties = {
        LOFT: make_property(LOFT, "Harbour Loft", ("airbnb", "A1"), ("booking.com", "B-1")),
        STUDIO: make_property(STUDIO, "Harbour Studio", ("vrbo", "V1"), ("booking_site", "3-1")),
        ATTIC: make_property(ATTIC, "Attic"),
        TWIN_A: make_property(TWIN_A, "Twin A"),
        TWIN_B: make_property(TWIN_B, "Twin B"),
    }
    twins = [{"id": TWIN_A, "title": "Twin A"}, {"id": TWIN_B, "title": "Twin B"}]
    links = [{"channel_type": "expedia", "listing_id": "E-1", "currency": "EUR"}]
    account.room_types = {TWINS: {"id": TWINS, "title": "Twins", "properties": twins, "channels": links}}
    account.channel_accounts = {
        81: {"id": 81, "channel_type": "airbnb", "auth_status": "active"},
        82: {"id": 82, "channel_type": "booking.com", "auth_status": "disconnected"},
        83: {"id": 83, "channel_type": "booking_site", "auth_status": "active"},
    }
    account.listings = {
        91: {
            "id": 91,
            "listing_id": "A1",
            "channel_type": "airbnb",
            "channel_account_id": 81,
            "title": "Loft",
        },
        92: {
            "id": 92,
            "listing_id": "B-1",
            "channel_type": "booking.com",
            "channel_account_id": 82,
            "title": "Harbour Loft",
        },
    }
    account.rates = {
        ("airbnb", "A1"): ListingRates(100, 130, "EUR", 2, 28),
        ("booking.com", "B-1"): ListingRates(112, 145, "EUR", 2, 28, ratio=112),
        ("vrbo", "V1"): ListingRates(90, 90, "EUR", ratio=105),
        ("booking_site", "3-1"): ListingRates(95, 95, "EUR"),
        ("expedia", "E-1"): ListingRates(80, 80, "EUR", ratio=-1, readonly=True),
    }
    account.custom_channels = [{"id": 29, "name": "Booking Site"}, {"id": 35, "name": "Naver Reservation"}]
    account.income_items = [{"id": 1, "name": "Room fee"}, {"id": 2, "name": "Deposit"}]
    account.expense_items = [{"id": 0, "name": "Cleaning"}, {"id": 14, "name": "Linen"}]
    account.income_methods = [{"id": 34, "name": "Stripe"}, {"id": 198, "name": "Other"}]
    account.expense_methods = [{"id": 23, "name": "Cash"}]
    tag = {"id": 1, "tag_name": "Conflicted", "color": "#FD587B", "is_default": True}
    account.reservation_tags = {1: tag}
    return account


def make_property(property_id: int, title: str, *channels: tuple[str, str]) -> Row:
    """Build a property with its channel listings."""
    links = [{"channel_type": kind, "listing_id": code, "currency": "EUR"} for kind, code in channels]
    return {"id": property_id, "title": title, "channels": links, "timezone": "Europe/Lisbon"}


def add_stay(
    account: SandboxAccount, code: str, dates: tuple[str, str], property_id: int = LOFT, **changes: Any
) -> Row:
    """Add an Airbnb stay of 500 less 15 commission."""
    stay: Row = {
        "reservation_code": code,
        "stay_code": code,
        "channel_id": code.partition("-")[2],
        "property_id": property_id,
        "channel_type": "airbnb",
        "listing_id": "A1",
        "check_in_date": dates[0],
        "check_out_date": dates[1],
        "number_of_guests": 2,
        "status": "accepted",
        "stay_status": "checkin_pending",
        "guest_name": "Ines Exemplar",
        "cancelled_at": None,
        "booked_at": "2026-01-01T10:00:00+00:00",
        "created_at": "2026-01-01T10:00:00+00:00",
        "rates": stay_rates("EUR", 500, 15),
        "check_in_details": {"lock_code": "1234", "lock_code_visible_after": "14:00", "arrival_at": None},
        "conversation_id": None,
        "tags": [],
        "custom_channel": None,
        "custom_fields": None,
        "in_reservation_box": False,
    }
    stay |= changes
    account.stays[stay["stay_code"]] = stay
    settle_order([stay], 0)
    return stay


def add_conversation(account: SandboxAccount, code: str, channel: str = "airbnb", **changes: Any) -> Row:
    """Add a thread in which the guest asked something."""
    message: Row = {
        "id": f"first-of-{code}",
        "sender_role": "guest",
        "sender_name": None,
        "sources": [],
        "display_type": "Text",
        "content": "Hello?",
        "attachment": None,
        "created_at": "2026-06-15T11:40:00+00:00",
    }
    conversation: Row = {
        "id": code,
        "channel_type": channel,
        "guest": {"name": "Ines Exemplar", "phone": "", "email": ""},
        "activities": [],
        "note": None,
        "messages": [message],
    }
    account.conversations[code] = conversation | changes
    return account.conversations[code]


def _neighbour() -> SandboxAccount:
    account = SandboxAccount("Neighbour", "Europe/Paris", "EUR")
    account.properties = {900: make_property(900, "Next Door")}
    add_conversation(account, "0-900-next")
    return account
