"""What the modules of the demo share: the account in the making, its data files, days, times and ids."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hostex_mcp.sandbox.state import Row, SandboxAccount

_DATA = files("hostex_mcp.sandbox.demo").joinpath("data")


def load(name: str) -> Any:
    """Read one data file of the demo. Every call returns new objects, so that accounts share none."""
    return json.loads(_DATA.joinpath(f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Builder:
    """An account in the making.

    `name` is the prefix of its data files and `plan` the main one. All days count from `today`, all times
    from `now` (aware, UTC); chance comes from `random` alone, so that equal inputs make equal accounts.
    """

    account: SandboxAccount
    name: str
    plan: Row
    today: date
    now: datetime
    random: Random
    _used: Counter[str] = field(default_factory=Counter[str])

    def part(self, name: str) -> Any:
        """Read a data file of this account."""
        return load(f"{self.name}_{name}")

    def number(self, kind: str) -> int:
        """Hand out the next id of a kind, such as `task`."""
        self._used[kind] += 1
        return self.plan["first_ids"][kind] + self._used[kind] - 1

    def currency_of(self, property_id: int | None) -> str:
        """Return the currency a property earns in, the account's for none."""
        currencies = {place["id"]: place.get("currency") for place in self.plan["properties"]}
        return currencies.get(property_id) or self.account.currency

    def day(self, offset: int) -> date:
        """Return the date so many days after today."""
        return self.today + timedelta(days=offset)

    def ago(self, **span: float) -> datetime:
        """Return the time before now, by the arguments of `timedelta`."""
        return self.now - timedelta(**span)

    def past(self, offset: int, clock: time) -> datetime:
        """Return a time of day (UTC) of the day with that offset, at the latest a quarter of an hour ago."""
        return min(datetime.combine(self.day(offset), clock, UTC), self.ago(minutes=15))

    def local(self, offset: int, clock: time) -> datetime:
        """Return a time of day in the operator's timezone."""
        return datetime.combine(self.day(offset), clock, ZoneInfo(self.account.timezone))

    def daytime(self) -> time:
        """Return a random time between 07:00 and 20:59."""
        return time(self.random.randrange(7, 21), self.random.randrange(60), self.random.randrange(60))
