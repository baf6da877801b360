"""What the simulated Hostex remembers: plain rows in the API's own shape, one `Account` per host.

Keys that start with an underscore are private to the sandbox and never leave in an answer. A property row's
`groups` and `tags`, a task's `property_title` and `staff_name`, and a transaction's `item_name` and
`payment_method_name` are worked out when they are read; whatever a stored row says there is ignored.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]


@dataclass
class ListingRates:
    """The calendar of one channel listing: amounts in major units of `currency`, stays in nights.

    `ratio` is the percentage of the base price (-1 with `readonly`, where the channel steers the price).
    `price_and_rules` is the answer of `GET /listings/{airbnb,vrbo}/price_and_rules`, None elsewhere.
    """

    base: int
    weekend: int
    currency: str
    min_stay: int = 1
    max_stay: int = 365
    prices: dict[date, int] = field(default_factory=dict[date, int])
    inventories: dict[date, int] = field(default_factory=dict[date, int])
    restrictions: dict[date, Row] = field(default_factory=dict[date, Row])
    ratio: int = 100
    readonly: bool = False
    price_and_rules: Row | None = None


@dataclass(eq=False)
class QueuedWrite:
    """A write that was answered already and takes effect at `due`."""

    due: datetime
    apply: Callable[[], None]


@dataclass
class SandboxAccount:
    """One host's data.

    Private keys read by the handlers: `_cleaning_fee` on properties (the default fee of cleaning tasks),
    `_offers` on conversations (special offers, newest first), `_summary` on conversations (`property_title`,
    `check_in_date`, `check_out_date` of the list row; taken from the first activity when absent), `_status`
    on reviews (a `review_status`; worked out from the two sides when absent), `_property_ids` on staff (None
    means all), `_message` and `_review` on automation actions (the text to send), `_made_by` on webhooks (the
    name of the token that made it; a webhook without it is somebody else's) and `_secret` (what it is called
    with; one without it is never called).
    """

    name: str
    timezone: str
    currency: str
    email: str = "host.demo@example.invalid"
    plan: str = "pro"
    property_quota: int = 100
    properties: dict[int, Row] = field(default_factory=dict[int, Row])
    groups: dict[int, Row] = field(default_factory=dict[int, Row])
    tags: dict[int, Row] = field(default_factory=dict[int, Row])
    room_types: dict[int, Row] = field(default_factory=dict[int, Row])
    channel_accounts: dict[int, Row] = field(default_factory=dict[int, Row])
    listings: dict[int, Row] = field(default_factory=dict[int, Row])
    blocks: dict[int, dict[date, str]] = field(default_factory=dict[int, dict[date, str]])
    rates: dict[tuple[str, str], ListingRates] = field(default_factory=dict[tuple[str, str], ListingRates])
    stays: dict[str, Row] = field(default_factory=dict[str, Row])
    conversations: dict[str, Row] = field(default_factory=dict[str, Row])
    reviews: dict[str, Row] = field(default_factory=dict[str, Row])
    tasks: dict[int, Row] = field(default_factory=dict[int, Row])
    staff: dict[int, Row] = field(default_factory=dict[int, Row])
    transactions: dict[int, Row] = field(default_factory=dict[int, Row])
    income_items: list[Row] = field(default_factory=list[Row])
    expense_items: list[Row] = field(default_factory=list[Row])
    income_methods: list[Row] = field(default_factory=list[Row])
    expense_methods: list[Row] = field(default_factory=list[Row])
    custom_channels: list[Row] = field(default_factory=list[Row])
    reservation_tags: dict[int, Row] = field(default_factory=dict[int, Row])
    knowledge_bases: dict[int, Row] = field(default_factory=dict[int, Row])
    automation_actions: dict[int, Row] = field(default_factory=dict[int, Row])
    webhooks: dict[int, Row] = field(default_factory=dict[int, Row])
    share_links: dict[int, Row] = field(default_factory=dict[int, Row])
    deleted_tags: dict[str, Row] = field(default_factory=dict[str, Row])
    deleted_reservation_tags: dict[str, Row] = field(default_factory=dict[str, Row])
    queued: list[QueuedWrite] = field(default_factory=list[QueuedWrite])
    next_id: int = 50_000_001

    def new_id(self) -> int:
        """Hand out an id that no row of this account carries."""
        self.next_id += 1
        return self.next_id - 1

    def apply_due(self, now: datetime | None = None) -> None:
        """Carry out the queued writes due at `now`, or all of them without it, in the order they came."""
        due = [write for write in self.queued if now is None or write.due <= now]
        self.queued = [write for write in self.queued if write not in due]
        for write in due:
            write.apply()


@dataclass
class Accounts:
    """The three hosts of a sandbox: the full demo account, a smaller one, and one without properties."""

    main: SandboxAccount
    second: SandboxAccount
    empty: SandboxAccount

    def each(self) -> tuple[SandboxAccount, SandboxAccount, SandboxAccount]:
        """Return the three accounts."""
        return (self.main, self.second, self.empty)
