"""Ten days in the life of an account, by a script: the same for the same account and moment.

Time comes from outside: whoever holds the clock calls `advance`. What happened is written down as it is
done, so that what a reader of the account finds can be held against it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from hostex_mcp.sandbox.calendar import closed_days
from hostex_mcp.sandbox.deeds import Doer, Happening
from hostex_mcp.sandbox.state import Row, SandboxAccount

DAYS = 10

Deed = Callable[[Doer], Happening]
_SOONEST, _LATEST = 13, 140


@dataclass(frozen=True, slots=True)
class _Cast:
    """Whom and what the script is about: rows of the account, each used for one purpose."""

    stays: list[Row]
    threads: list[Row]
    reviews: list[Row]
    places: list[int]
    tasks: list[Row]
    entries: list[Row]
    channels: list[Row]


@dataclass(slots=True)
class Scenario:
    """The script for an account from `start` on. `happened` has what was done so far, in order."""

    account: SandboxAccount
    start: datetime
    happened: list[Happening] = field(default_factory=list[Happening])
    _script: list[tuple[datetime, Deed]] = field(default_factory=list[tuple[datetime, Deed]])

    def __post_init__(self) -> None:
        members = _members(self.account, self.start)
        lines = sorted(_lines(members), key=lambda line: line[0])
        self._script = [(self.start + timedelta(hours=hours), deed) for hours, deed in lines]

    @property
    def end(self) -> datetime:
        """The moment after which nothing happens any more."""
        return self.start + timedelta(days=DAYS)

    def advance(self, now: datetime) -> list[Happening]:
        """Do everything that is due by now and was not done yet, and return it."""
        due = [(moment, deed) for moment, deed in self._script if moment <= now]
        del self._script[: len(due)]
        done = [deed(Doer(self.account, moment)) for moment, deed in due]
        self.happened += done
        return done


def _members(account: SandboxAccount, start: datetime) -> _Cast:
    """Choose rows by their codes and ids, which are the same in equal accounts."""
    day = start.date()
    soonest, latest = f"{day + timedelta(days=_SOONEST)}", f"{day + timedelta(days=_LATEST)}"
    stays = [
        stay
        for _, stay in sorted(account.stays.items())
        if stay["status"] == "accepted"
        and stay["channel_type"] in ("airbnb", "booking.com", "vrbo")
        and soonest < stay["check_in_date"] < latest
        and _can_stay(account, stay)
    ]
    recent = f"{day - timedelta(days=14)}"
    reviews = [row for row in account.reviews.values() if not row["guest_review"]]
    tasks = [task for task in account.tasks.values() if task["property_id"] and task["status"] == "pending"]
    entries = [entry for entry in account.transactions.values() if recent < entry["action_at"] < f"{day}"]
    return _Cast(
        stays,
        list(account.conversations.values()),
        [row for row in reviews if row["check_out_date"] >= recent],
        [
            place
            for place, row in account.properties.items()
            if row["channels"] and place not in account.blocks
        ],
        tasks,
        entries,
        [row for row in account.channel_accounts.values() if row["auth_status"] == "active"],
    )


def _can_stay(account: SandboxAccount, stay: Row) -> bool:
    """Whether the two nights after a stay are free, so that it can be made longer."""
    closed = closed_days(account, stay["property_id"])
    end = datetime.fromisoformat(stay["check_out_date"]).date()
    return not closed & {end, end + timedelta(days=1)}


def _lines(cast: _Cast) -> Iterator[tuple[float, Deed]]:
    """Yield the script: hours after the start, and what is done then."""
    stays = iter(cast.stays)
    yield from _bookings(stays)
    yield from _edits(stays)
    yield from _calendars(cast)
    yield from _talk(cast)
    yield from _work(cast)
    yield from _between_looks(stays, cast)


def _at(day: int, hour: float) -> float:
    return 24 * day + hour


def _bookings(stays: Iterator[Row]) -> Iterator[tuple[float, Deed]]:
    first, second, third, fourth, fifth, sixth = islice(stays, 6)
    asked: list[Row] = []

    def ask(doer: Doer, pattern: Row) -> Happening:
        asked.append(doer.book(pattern, "wait_accept"))
        return doer.told("request", asked[-1]["stay_code"])

    def book(doer: Doer, pattern: Row) -> Happening:
        return doer.told("booking", doer.book(pattern)["stay_code"])

    yield _at(0, 3), lambda doer: book(doer, first)
    yield _at(1, 5), lambda doer: ask(doer, second)
    yield _at(2, 9), lambda doer: doer.set_status(asked[0], "accepted")
    yield _at(3, 2), lambda doer: doer.cancel(third)
    yield _at(4, 7), lambda doer: ask(doer, fourth)
    yield _at(5, 8), lambda doer: doer.set_status(asked[1], "denied")
    yield _at(6, 6), lambda doer: book(doer, fifth)
    yield _at(8, 21), lambda doer: doer.cancel(sixth)


def _edits(stays: Iterator[Row]) -> Iterator[tuple[float, Deed]]:
    first, second, third, fourth, fifth, sixth = islice(stays, 6)
    yield _at(1, 4), lambda doer: doer.stretch(first, 1)
    yield _at(2, 4), lambda doer: doer.stretch(second, -1)
    yield _at(3, 4), lambda doer: doer.add_guest(third)
    yield _at(4, 4), lambda doer: doer.charge(fourth, 35)
    yield _at(5, 4), lambda doer: doer.move(fifth)
    yield _at(7, 4), lambda doer: doer.stretch(sixth, 1)


def _calendars(cast: _Cast) -> Iterator[tuple[float, Deed]]:
    first, second, third, fourth = cast.places[:4]
    yield _at(1, 10), lambda doer: doer.price(first, 311)
    yield _at(2, 10), lambda doer: doer.block(second, "Owner's week")
    yield _at(3, 10), lambda doer: doer.rule(third, 5)
    yield _at(5, 10), lambda doer: doer.open(second)
    yield _at(6, 10), lambda doer: doer.price(fourth, 222)
    yield _at(7, 10), lambda doer: doer.lose(cast.channels[0])


def _talk(cast: _Cast) -> Iterator[tuple[float, Deed]]:
    first, second, third = cast.threads[:3]
    yield _at(0, 11), lambda doer: doer.write(first, "Is there a cot?")
    yield _at(2, 22), lambda doer: doer.write(second, "Can we leave our bags before noon?")
    yield _at(5, 1), lambda doer: doer.write(third, "We have no hot water!")
    yield _at(4, 15), lambda doer: doer.review(cast.reviews[0], 5, "We loved it.")
    yield _at(7, 15), lambda doer: doer.review(cast.reviews[1], 3, "The street is loud.")


def _work(cast: _Cast) -> Iterator[tuple[float, Deed]]:
    first, second, third = cast.tasks[:3]
    paid, wrong, doubled = cast.entries[:3]
    yield _at(0, 13), lambda doer: doer.plan(first)
    yield _at(3, 13), lambda doer: doer.assign(first, note="Bring towels")
    yield _at(4, 13), lambda doer: doer.assign(second, status="completed")
    yield _at(6, 13), lambda doer: doer.erase(doer.account.tasks, third["id"], "task deleted")
    yield _at(1, 16), lambda doer: doer.enter(paid, 42.5)
    yield _at(4, 16), lambda doer: doer.correct(wrong, 17.0)
    yield _at(8, 16), lambda doer: doer.erase(doer.account.transactions, doubled["id"], "money deleted")


def _between_looks(stays: Iterator[Row], cast: _Cast) -> Iterator[tuple[float, Deed]]:
    """Yield what is taken back before anybody who looks once a day can have seen it."""
    changed = next(stays)
    place = cast.places[4]
    yield _at(6, 9), lambda doer: _named(doer.add_guest(changed), "edit that is taken back")
    yield _at(6, 11), lambda doer: _named(doer.add_guest(changed, -1), "edit that takes one back")
    yield _at(8, 9), lambda doer: _named(doer.block(place, "By mistake"), "block that is lifted")
    yield _at(8, 11), lambda doer: _named(doer.open(place), "lifted block")


def _named(happening: Happening, kind: str) -> Happening:
    return replace(happening, kind=kind)
