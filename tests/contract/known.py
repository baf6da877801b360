"""What a client can learn of the demo account by reading, to pick the arguments of other calls from."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cached_property

from tests.contract.hostex import TODAY, Given, Hostex, Row


def first(rows: Iterable[Row], fits: Callable[[Row], object] = bool) -> Row:
    """Return the first row that fits; the demo account has to have one."""
    found = next((row for row in rows if fits(row)), None)
    assert found is not None, "the demo account lacks such a row"
    return found


def day(offset: int) -> str:
    """Return the date so many days from today."""
    return str(TODAY + timedelta(days=offset))


class Known:
    """Rows of the demo account, read when they are first wanted."""

    def __init__(self, hostex: Hostex) -> None:
        self._hostex = hostex

    @cached_property
    def properties(self) -> list[Row]:
        return self._hostex.rows("/properties", "properties")

    @cached_property
    def groups(self) -> list[Row]:
        return self._hostex.rows("/groups", "groups")

    @cached_property
    def tags(self) -> list[Row]:
        return self._hostex.rows("/tags", "tags")

    @cached_property
    def room_types(self) -> list[Row]:
        return self._hostex.rows("/room_types", "room_types")

    @cached_property
    def channel_accounts(self) -> list[Row]:
        return self._hostex.rows("/channel_accounts", "channel_accounts")

    @cached_property
    def listings(self) -> list[Row]:
        return self._hostex.rows("/listings", "listings")

    @cached_property
    def share_links(self) -> list[Row]:
        return self._hostex.rows("/calendar_share_links", "calendar_share_links")

    @cached_property
    def stays(self) -> list[Row]:
        windows = ((-359, -180), (-179, 0), (1, 180))
        return [
            row
            for start, end in windows
            for row in self._hostex.rows(
                "/reservations",
                "reservations",
                start_check_in_date=day(start),
                end_check_in_date=day(end),
            )
        ]

    @cached_property
    def reservation_tags(self) -> list[Row]:
        return self._hostex.rows("/reservation_tags", "reservation_tags")

    @cached_property
    def conversations(self) -> list[Row]:
        return self._hostex.rows("/conversations", "conversations")

    @cached_property
    def threads(self) -> list[Row]:
        return [
            self._hostex.get("/conversations/{conversation_id}", Given({"conversation_id": row["id"]}))
            for row in self.conversations
        ]

    @cached_property
    def offers(self) -> list[Row]:
        """Every special offer, with the id of its thread as `thread`."""
        path = "/conversations/{conversation_id}/special_offers"
        return [
            {**offer, "thread": row["id"]}
            for row in self.conversations
            for offer in self._hostex.get(path, Given({"conversation_id": row["id"]}))["special_offers"]
        ]

    @cached_property
    def reviews(self) -> list[Row]:
        """Every review of the last 179 days, with the status it was found under as `status`."""
        return [
            {**row, "status": status}
            for status in ("reviewed", "pending_host_review", "pending_guest_review")
            for row in self._hostex.rows(
                "/reviews",
                "reviews",
                review_status=status,
                start_check_out_date=day(-178),
                end_check_out_date=day(0),
            )
        ]

    @cached_property
    def tasks(self) -> list[Row]:
        return self._hostex.rows("/tasks", "tasks")

    @cached_property
    def staff(self) -> list[Row]:
        return self._hostex.rows("/staffs", "staffs")

    @cached_property
    def transactions(self) -> list[Row]:
        return self._hostex.rows("/transactions", "transactions", start_date=day(-300), end_date=day(60))

    @cached_property
    def plans(self) -> list[Row]:
        return [
            row
            for kind in ("message", "review")
            for row in self._hostex.rows("/automation/actions", "actions", type=kind)
        ]

    @cached_property
    def knowledge_bases(self) -> list[Row]:
        return self._hostex.rows("/knowledge_bases", "knowledge_bases")

    @cached_property
    def webhooks(self) -> list[Row]:
        return self.dictionary("webhooks")

    def dictionary(self, name: str) -> list[Row]:
        """Return the rows of an unpaged list."""
        return self._hostex.get(f"/{name}")[name]

    def stay(self, fits: Callable[[Row], object]) -> Row:
        """Return the first stay that fits."""
        return first(self.stays, fits)

    def listing(self, channel_type: str) -> Row:
        """Return a listing that is for sale on a channel."""
        linked = {link["listing_id"] for row in self.properties for link in row["channels"]}
        return first(
            self.listings, lambda row: row["channel_type"] == channel_type and row["listing_id"] in linked
        )

    def thread_of(self, channel_type: str) -> Row:
        """Return a thread of a channel that belongs to a listing."""
        return first(
            self.threads,
            lambda row: (
                row["channel_type"] == channel_type
                and any(activity.get("listing_id") for activity in row["activities"])
            ),
        )

    def plan(self, kind: str) -> Row:
        """Return an automatic message or review that waits."""
        return first(self.plans, lambda row: row["type"] == kind and row["stay_code"])

    def loose_properties(self) -> list[Row]:
        """Return the properties in no room type."""
        pooled = {row["id"] for room_type in self.room_types for row in room_type["properties"]}
        return [row for row in self.properties if row["id"] not in pooled]
