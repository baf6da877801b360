"""What may happen to an account from one moment to the next: to its stays, calendars, threads and records.

Each deed changes rows as Hostex would and says what it did, in words of its own.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hostex_mcp.sandbox.calendar import closed_days, listings_of
from hostex_mcp.sandbox.lookups import days_between, iso, zulu
from hostex_mcp.sandbox.state import Row, SandboxAccount

_FIRST_FREE, _LAST_FREE = 14, 150


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was done: when, which kind of thing, to what (a code or an id), and how it was before
    and after, where there is a before."""

    at: datetime
    kind: str
    subject: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Doer:
    """Does things to an account at a moment."""

    account: SandboxAccount
    now: datetime

    def told(self, kind: str, subject: object, before: object = "", after: object = "") -> Happening:
        """Return what was done."""
        return Happening(self.now, kind, f"{subject}", f"{before}", f"{after}")

    def book(self, pattern: Row, status: str = "accepted") -> Row:
        """Have somebody book three free nights where another stay is, and return the new stay."""
        code = f"{pattern['stay_code']}x{self.account.new_id()}"
        start = self._free(pattern["property_id"], 3)
        stay: Row = deepcopy(pattern) | {
            "stay_code": code,
            "reservation_code": code,
            "check_in_date": f"{start}",
            "check_out_date": f"{start + timedelta(days=3)}",
            "booked_at": iso(self.now),
            "created_at": iso(self.now),
            "status": status,
            "stay_status": "checkin_pending",
            "conversation_id": None,
        }
        self.account.stays[code] = stay
        return stay

    def cancel(self, stay: Row) -> Happening:
        """Have a stay cancelled."""
        stay |= {"status": "cancelled", "cancelled_at": iso(self.now)}
        return self.told("cancellation", stay["stay_code"])

    def set_status(self, stay: Row, status: str) -> Happening:
        """Have a request accepted or refused, for which Hostex has no time."""
        before, stay["status"] = stay["status"], status
        return self.told("answer to a request", stay["stay_code"], before, status)

    def stretch(self, stay: Row, nights: int) -> Happening:
        """Let a guest leave so many nights later, or earlier."""
        before = stay["check_out_date"]
        stay["check_out_date"] = f"{date.fromisoformat(before) + timedelta(days=nights)}"
        return self.told("dates of a stay", stay["stay_code"], before, stay["check_out_date"])

    def add_guest(self, stay: Row, count: int = 1) -> Happening:
        """Let more people come, or fewer."""
        before = stay["number_of_guests"]
        stay["number_of_guests"] += count
        return self.told("guests of a stay", stay["stay_code"], before, before + count)

    def charge(self, stay: Row, amount: int) -> Happening:
        """Change what a stay costs."""
        before = stay["rates"]["rate"]["amount"]
        for name in ("rate", "total_rate"):
            stay["rates"][name]["amount"] += amount
        return self.told("amount of a stay", stay["stay_code"], before, stay["rates"]["rate"]["amount"])

    def move(self, stay: Row) -> Happening:
        """Put a stay into another property that is free."""
        start, end = (date.fromisoformat(stay[f"check_{side}_date"]) for side in ("in", "out"))
        wanted, before = set(days_between(start, end)), stay["property_id"]
        stay["property_id"] = next(
            place
            for place in self.account.properties
            if place != before and not wanted & closed_days(self.account, place)
        )
        return self.told("property of a stay", stay["stay_code"], before, stay["property_id"])

    def write(self, thread: Row, text: str) -> Happening:
        """Have a guest write."""
        message: Row = {
            "id": f"m-{self.account.new_id()}",
            "sender_role": "guest",
            "sender_name": None,
            "sources": [],
            "display_type": "Text",
            "content": text,
            "attachment": None,
            "created_at": iso(self.now),
        }
        thread["messages"].insert(0, message)
        # Whoever writes comes to the top of the list.
        others = {key: row for key, row in self.account.conversations.items() if row is not thread}
        self.account.conversations = {thread["id"]: thread, **others}
        return self.told("message", thread["id"])

    def review(self, review: Row, score: int, text: str) -> Happening:
        """Have a guest review a stay."""
        review["guest_review"] = {
            "score": score,
            "sub_score": [],
            "content": text,
            "private_feedback": None,
            "created_at": iso(self.now),
        }
        review["_status"] = "reviewed"
        return self.told("review", review["reservation_code"])

    def price(self, property_id: int, amount: int, nights: int = 3) -> Happening:
        """Set the price of some nights on the first channel of a property."""
        listing = listings_of(self.account, property_id)[0]
        rates, days = self.account.rates[listing], self._days(nights)
        before = rates.prices.get(days[0], rates.base)
        rates.prices |= dict.fromkeys(days, amount)
        return self.told("price", property_id, before, amount)

    def rule(self, property_id: int, nights: int) -> Happening:
        """Set the shortest stay from some days on, on the first channel of a property."""
        listing = listings_of(self.account, property_id)[0]
        rates = self.account.rates[listing]
        for day in self._days(3):
            rates.restrictions[day] = {"min_stay_on_arrival": nights}
        return self.told("stay rule", property_id, rates.min_stay, nights)

    def block(self, property_id: int, remark: str) -> Happening:
        """Close two free nights of a property."""
        start = self._free(property_id, 2)
        days = days_between(start, start + timedelta(days=1))
        self.account.blocks.setdefault(property_id, {}).update(dict.fromkeys(days, remark))
        return self.told("nights closed", property_id, "", start)

    def open(self, property_id: int) -> Happening:
        """Open all nights of a property that are blocked."""
        days = self.account.blocks.pop(property_id)
        return self.told("nights opened", property_id, min(days))

    def lose(self, channel_account: Row) -> Happening:
        """Have a channel account disconnected."""
        before, channel_account["auth_status"] = channel_account["auth_status"], "disconnected"
        return self.told("channel account", channel_account["id"], before, "disconnected")

    def assign(self, task: Row, **values: object) -> Happening:
        """Change a task."""
        task |= values | {"update_time": self._local()}
        return self.told("task changed", task["id"])

    def plan(self, pattern: Row) -> Happening:
        """Plan a task like another one."""
        task: Row = deepcopy(pattern) | {"id": self.account.new_id(), "status": "pending", "stay_code": None}
        task |= dict.fromkeys(("create_time", "update_time"), self._local())
        self.account.tasks[task["id"]] = task
        return self.told("task", task["id"])

    def enter(self, pattern: Row, amount: float) -> Happening:
        """Enter money as another entry does."""
        entry: Row = deepcopy(pattern) | {"id": self.account.new_id(), "amount": amount}
        entry |= dict.fromkeys(("created_at", "updated_at"), zulu(self.now))
        self.account.transactions[entry["id"]] = entry
        return self.told("money", entry["id"])

    def correct(self, entry: Row, amount: float) -> Happening:
        """Change an entry of money."""
        before = entry["amount"]
        entry |= {"amount": amount, "updated_at": zulu(self.now)}
        return self.told("money changed", entry["id"], before, amount)

    def erase(self, rows: dict[int, Row], row_id: int, kind: str) -> Happening:
        """Delete a row, for which Hostex has no time."""
        del rows[row_id]
        return self.told(kind, row_id)

    def _local(self) -> str:
        return f"{self.now.astimezone(ZoneInfo(self.account.timezone)):%Y-%m-%d %H:%M:%S}"

    def _days(self, count: int) -> list[date]:
        start = self.now.date() + timedelta(days=30)
        return days_between(start, start + timedelta(days=count - 1))

    def _free(self, property_id: int, nights: int) -> date:
        """Return the first day of some free nights, with a free one on either side."""
        closed = closed_days(self.account, property_id)
        starts = (self.now.date() + timedelta(days=ahead) for ahead in range(_FIRST_FREE, _LAST_FREE))
        around = timedelta(days=1)
        return next(
            start
            for start in starts
            if not closed & set(days_between(start - around, start + timedelta(days=nights)))
        )
