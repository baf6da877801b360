"""What search_messages costs over ten thousand remembered messages in many languages, with the full-text
index and without, for words that few threads have, many, all or none.
Run: python -m benchmarks.search, for PostgreSQL with the address of a database of its own."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, cast

from pydantic import SecretStr

from benchmarks.measuring import Table
from benchmarks.page import as_text
from hostex_mcp.api import HostexClient
from hostex_mcp.api.endpoints.messaging import Conversation
from hostex_mcp.domain.word_search import Terms
from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.store import open_store
from hostex_mcp.reads.remembered_threads import keep_threads
from hostex_mcp.sandbox import WRITABLE, Sandbox
from hostex_mcp.sandbox.demo import build_accounts
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.serving import running
from hostex_mcp.sandbox.state import Accounts, Row
from hostex_mcp.sandbox.throttle import Throttles
from hostex_mcp.server.engine import Engine
from hostex_mcp.toolkit.account_store import AccountStore, Indexed, StoreTrouble
from hostex_mcp.toolkit.context import Context
from hostex_mcp.tools.selection import select

THREADS, MESSAGES = 1_000, 10
TURNS = 5
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SINCE = "2025-07-01"
TEMPLATE = "Welcome! Check-in is from 15:00, the code of the door is {}. Parking is behind the house."
SENTENCES = (
    "Hi, we arrive around {}, is the lift working and can somebody help with {} bags?",
    "The boiler in the bathroom makes a strange noise since {}, could you send a plumber?",
    "Thank you so much, everything was wonderful and the kids loved the {} boats at the harbour.",
    "Wo finden wir die Schlüssel für den Fahrradkeller? Wir kommen um {} Uhr an.",
    "La machine à café ne marche plus depuis {} heures, merci de nous aider avant le déjeuner.",
    "Dzień dobry, czy jest żelazko i suszarka? Przyjeżdżamy o {}.",
    "Здравствуйте, где можно оставить чемоданы до {} часов? Квартира очень хорошая.",
    "你好!请问房间里的空调怎么打开?我们大概{}点到。",
    "สวัสดีค่ะ ที่จอดรถอยู่ตรงไหนคะ เราจะไปถึงประมาณ {} โมง",
    "مرحبا، أين يمكننا أن نجد المفتاح؟ سنصل في الساعة {}",
    "안녕하세요, 체크인은 {}시에 가능할까요? 수건이 더 필요합니다.",
    "鍵の受け取り場所を教えてください。{}時ごろに到着します。",
    "¿Hay una cuna para el bebé? Llegamos a las {} con dos niños.",
    "Buongiorno, possiamo lasciare le valigie fino alle {}? La terrazza è bellissima.",
)
QUESTIONS = (
    ("in one thread", "aquarium"),
    ("in one thread, Chinese", "水族馆"),
    ("in three quarters of the threads", "plumber"),
    ("in 7 of 100 threads, Thai", "ที่จอดรถ"),
    ("in all threads", "parking"),
    ("in none", "trampoline"),
)


class Unindexed:
    """What a store remembers, as if its database had no full-text index."""

    lasts = True

    def __init__(self, store: AccountStore) -> None:
        self.recall, self.keep = store.recall, store.keep

    async def find(self, kind: str, states: Mapping[str, str], terms: Terms) -> Indexed:
        raise StoreTrouble("no index")


def account(threads: int = THREADS) -> Accounts:
    """The demo account with so many guest threads in place of its own."""
    accounts, chance = build_accounts(NOW.date(), 7, NOW), Random(7)
    main = accounts.main
    homes = list(main.properties)
    rows = [_thread(number, homes[number % len(homes)], chance) for number in range(threads)]
    main.conversations = {row["id"]: row for row in rows}
    return accounts


def _thread(number: int, home: int, chance: Random) -> Row:
    last = NOW - timedelta(hours=8 * number)
    special = {300: " We brought an aquarium.", 301: " 附近有水族馆吗"}.get(number, "")
    language = number % len(SENTENCES)
    texts = [TEMPLATE.format(chance.randrange(10_000))]
    texts += [
        _text(language if chance.random() < 0.6 else chance.randrange(3), chance) for _ in range(MESSAGES - 1)
    ]
    texts[-1] += special
    messages = [
        _message(number, place, text, last - timedelta(minutes=place))
        for place, text in enumerate(texts[::-1])
    ]
    activity: Row = {
        "activity_type": "inquiry",
        "reservation_code": None,
        "check_in_date": f"{last.date()}",
        "check_out_date": f"{last.date() + timedelta(days=3)}",
        "listing_id": "l",
        "property": {"id": home, "title": f"Home {home}", "cover_url": "", "room_type": None},
    }
    guest = {"name": f"Guest {number}", "phone": "", "email": ""}
    return {
        "id": f"0-{number}-inq",
        "channel_type": "airbnb",
        "guest": guest,
        "activities": [activity],
        "note": None,
        "messages": messages,
        "_offers": [],
    }


def _text(language: int, chance: Random) -> str:
    """A sentence, with names and numbers that few threads share."""
    name = "".join(
        chance.choice("bdfgklmnprstv") + chance.choice("aeiou") for _ in range(chance.randrange(2, 5))
    )
    return f"{SENTENCES[language].format(chance.randrange(24), chance.randrange(9))} {name.title()}"


def _message(thread: int, place: int, text: str, at: datetime) -> Row:
    template = place == MESSAGES - 1
    return {
        "id": f"m-{thread}-{place}",
        "sender_role": "host" if template or place % 2 else "guest",
        "sender_name": "Bot:7" if template else None,
        "sources": [],
        "display_type": "Text",
        "content": text,
        "attachment": None,
        "created_at": iso(at),
    }


class Searches:
    """Searches of an account behind an address, each by a process that has just started."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def remember(self, accounts: Accounts, store: AccountStore) -> float:
        """Keep all threads, and return how many seconds of CPU that takes."""
        threads = {
            key: Conversation.model_validate({**row, "id": key})
            for key, row in accounts.main.conversations.items()
        }
        times = {
            key: datetime.fromisoformat(row["messages"][0]["created_at"])
            for key, row in accounts.main.conversations.items()
        }
        async with HostexClient(WRITABLE, base_url=self._address) as client:
            context = Context(client, select(["all"]).reachable, now=lambda: NOW, store=store)
            began, notes = time.process_time(), list[str]()
            await keep_threads(context, threads, times, notes)
            if notes:
                raise RuntimeError(notes)
            return time.process_time() - began

    async def found(self, store: AccountStore, words: str) -> tuple[float, float, str, str]:
        """How many milliseconds an answer takes, how many of them this thread computes, in how many guest
        threads it has looked, and how many messages it shows."""
        answer, elapsed, computed = await self._ask(store, {"words": words, "since": SINCE, "limit": 20})
        looked = next(note for note in answer["notes"] if note.startswith("Searched: "))
        return elapsed, computed, looked.split(" threads")[0].split()[-1], f"{len(answer['items'])}"

    async def _ask(self, store: AccountStore, arguments: Mapping[str, Any]) -> tuple[Any, float, float]:
        async with HostexClient(WRITABLE, base_url=self._address) as client:
            chosen = select(["all"])
            engine = Engine(chosen, Context(client, chosen.reachable, now=lambda: NOW, store=store), "off")
            await engine.call("list_properties", {})
            began, busy = time.perf_counter(), time.thread_time()
            result = cast("Any", await engine.call("search_messages", arguments))
            spent = (time.perf_counter() - began) * 1000, (time.thread_time() - busy) * 1000
        if result.is_error:
            raise RuntimeError(result.structured_content["error"])
        return result.structured_content, *spent


def _refuse_nothing(self: Throttles, token: str, endpoint: str, now: datetime) -> None:
    """Count no calls, as those of many hours are made within a minute."""


async def table(url: SecretStr | None = None, threads: int = THREADS) -> Table:
    """What a search costs, over the database at an address or over a file of its own."""
    Throttles.request = _refuse_nothing
    accounts = account(threads)
    with (
        running(Sandbox(now=lambda: NOW, accounts=accounts)) as address,
        tempfile.TemporaryDirectory() as folder,
    ):
        place = url or SecretStr(f"sqlite:///{Path(folder) / 'kept.db'}")
        async with open_store(place, KeyRing([new_key()]), now=lambda: NOW) as store:
            searches, memory = Searches(address), store.account_memory.of(["demo"])
            seconds = await searches.remember(accounts, memory)
            (count,) = await store.account_memory.counts()
            await searches.found(memory, "parking")
            stores: tuple[tuple[str, AccountStore], ...] = ("yes", memory), ("no", Unindexed(memory))
            rows = [
                (what, name, *await _row(searches, kind, words))
                for name, kind in stores
                for what, words in QUESTIONS
            ]
    note = (
        f"{threads:,} threads of {MESSAGES} messages; {count.size / 1e6:.1f} MB, remembered in {seconds:.1f} "
        "s of CPU."
    )
    return Table("search", ("Words", "Index", "Threads searched", "Shown", "ms", "CPU, ms"), rows, note)


async def _row(searches: Searches, store: AccountStore, words: str) -> tuple[str, ...]:
    turns = [await searches.found(store, words) for _ in range(TURNS)]
    elapsed = statistics.median(turn[0] for turn in turns)
    computed = statistics.median(turn[1] for turn in turns)
    return *turns[0][2:], f"{elapsed:.0f}", f"{computed:.0f}"


if __name__ == "__main__":
    given = SecretStr(sys.argv[1]) if len(sys.argv) > 1 else None
    print(as_text(asyncio.run(table(given))))
