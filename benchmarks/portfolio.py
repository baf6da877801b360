"""Accounts of any size, made of the demo account: every property with its listings, stays, threads, tasks,
reviews and entries, again and again under other ids."""

import pickle
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime

from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.state import Accounts, Row, SandboxAccount

_APART = 100_000


def portfolio(properties: int, now: datetime, seed: int = 7) -> Accounts:
    """The demo accounts at a moment, the main one with so many properties. Room types are left out, as the
    copies would share them."""
    accounts = build_accounts(now.date(), seed, now)
    main = accounts.main
    main.room_types = {}
    pattern = deepcopy(main)
    copies = -(-properties // len(pattern.properties)) - 1
    for number in range(1, copies + 1):
        _add(main, _Copy(pattern, number))
    _keep(main, set(list(main.properties)[:properties]))
    newest_first = sorted(main.conversations.values(), key=_last_message, reverse=True)
    main.conversations = {row["id"]: row for row in newest_first}
    return accounts


def _last_message(thread: Row) -> str:
    return thread["messages"][0]["created_at"]


class _Copy:
    """The pattern under other ids."""

    def __init__(self, pattern: SandboxAccount, number: int) -> None:
        self.pattern = pattern
        self.number = number

    def rows(self, rows: dict[int, Row], change: Callable[[Row], None]) -> dict[int, Row]:
        """Rows with numeric ids."""
        made = [self._changed(row, change) for row in rows.values()]
        return {row["id"]: row for row in made}

    def coded(self, rows: dict[str, Row], key: str, change: Callable[[Row], None]) -> dict[str, Row]:
        """Rows with codes."""
        made = [_copied(row) for row in rows.values()]
        for row in made:
            change(row)
        return {row[key]: row for row in made}

    def id(self, value: int | None) -> int | None:
        """An id of the copy; 0 and None stay what they are."""
        return value + _APART * self.number if value else value

    def code(self, value: str | None) -> str | None:
        """A code of the copy."""
        return f"{value}{self.number}" if value else value

    def home(self, row: Row) -> None:
        """A property."""
        row["title"] = f"{row['title']} {self.number + 1}"
        for link in row["channels"]:
            link["listing_id"] = self.code(link["listing_id"])

    def belongs(self, row: Row) -> None:
        """What belongs to a property, a stay or an order."""
        row["property_id"] = self.id(row["property_id"])
        for name in ("reservation_code", "stay_code", "conversation_id", "listing_id"):
            if name in row:
                row[name] = self.code(row[name])

    def thread(self, row: Row) -> None:
        """A guest thread."""
        row["id"] = self.code(row["id"])
        for activity in row["activities"]:
            activity["reservation_code"] = self.code(activity["reservation_code"])
            if activity["property"]:
                activity["property"]["id"] = self.id(activity["property"]["id"])

    def _changed(self, row: Row, change: Callable[[Row], None]) -> Row:
        made = _copied(row)
        made["id"] = self.id(made["id"])
        change(made)
        return made


def _copied(row: Row) -> Row:
    """A copy in a fraction of the time that `deepcopy` takes."""
    return pickle.loads(pickle.dumps(row))


def _add(account: SandboxAccount, copy: _Copy) -> None:
    pattern, number = copy.pattern, copy.number
    account.properties |= copy.rows(pattern.properties, copy.home)
    account.stays |= copy.coded(pattern.stays, "stay_code", copy.belongs)
    account.conversations |= copy.coded(pattern.conversations, "id", copy.thread)
    account.reviews |= copy.coded(pattern.reviews, "reservation_code", copy.belongs)
    account.tasks |= copy.rows(pattern.tasks, copy.belongs)
    account.transactions |= copy.rows(pattern.transactions, copy.belongs)
    account.automation_actions |= copy.rows(pattern.automation_actions, copy.belongs)
    account.blocks |= {copy.id(key) or 0: dict(days) for key, days in pattern.blocks.items()}
    account.rates |= {
        (channel, f"{name}{number}"): deepcopy(rates) for (channel, name), rates in pattern.rates.items()
    }
    for group in account.groups.values():
        own = pattern.groups[group["id"]]["property_ids"]
        group["property_ids"] = [*group["property_ids"], *(copy.id(key) for key in own)]


def _keep(account: SandboxAccount, ids: set[int]) -> None:
    """Drop what belongs to properties that are too many."""
    account.properties = {key: row for key, row in account.properties.items() if key in ids}
    kept = {0, None, *ids}
    account.stays = {key: row for key, row in account.stays.items() if row["property_id"] in kept}
    account.tasks = {key: row for key, row in account.tasks.items() if row["property_id"] in kept}
    account.reviews = {key: row for key, row in account.reviews.items() if row["property_id"] in kept}
    account.transactions = {
        key: row for key, row in account.transactions.items() if row["property_id"] in kept
    }
    account.automation_actions = {
        key: row for key, row in account.automation_actions.items() if row["property_id"] in kept
    }
    account.conversations = {
        key: row
        for key, row in account.conversations.items()
        if all(
            activity["property"] is None or activity["property"]["id"] in ids
            for activity in row["activities"]
        )
    }
    for group in account.groups.values():
        group["property_ids"] = [key for key in group["property_ids"] if key in ids]
