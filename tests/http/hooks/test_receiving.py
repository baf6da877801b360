"""Calls of Hostex: taken once and kept sealed, and everything else answered like a path with nothing at
it."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store, hooks, open_store
from hostex_mcp.http.transport import hook_receiver
from hostex_mcp.http.transport.rate_limits import Rate
from tests.http.hooks.receiving import NOTHING, SECRET, STAY, another_line, line, said
from tests.http.keeping import KEY, OLDER_KEY, RING
from tests.support.clock import NOW, Clock

pytestmark = pytest.mark.anyio

OTHER = "somebody-elses-secret"


async def test_a_first_call_pins_its_secret_and_an_event_is_kept_once(store: Store, clock: Clock) -> None:
    async with line(store, clock) as hostex:
        answers = [await hostex.call(), await hostex.call(), await hostex.call({**STAY, "stay_code": "0-2"})]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        # The members of a message come in any order.
        shuffled = json.dumps({**STAY, "timestamp": "2026-11-24T08:00:00Z"}, sort_keys=True, indent=1)
        assert (await hostex.post(shuffled.encode())).status_code == 200
        assert await hostex.kept() == [STAY, {**STAY, "stay_code": "0-2"}]
        assert (
            said(await hostex.call({**STAY, "stay_code": "0-3"}, hostex_webhook_secret_token=OTHER))
            == NOTHING
        )
        assert len(await hostex.kept()) == 2
        stored = await store.hooks.of_grant(hostex.grant_id)
        assert stored
        assert stored.refused_at == NOW


BAD: dict[str, dict[str, Any]] = {
    "another secret": {"hostex_webhook_secret_token": OTHER},
    "a secret in another case": {"hostex_webhook_secret_token": SECRET.upper()},
    "no secret": {"hostex_webhook_secret_token": None},
    "an empty secret": {"hostex_webhook_secret_token": ""},
    "a secret without end": {"hostex_webhook_secret_token": "x" * 600},
    "another type": {"content_type": "application/x-www-form-urlencoded"},
    "no type": {"content_type": None},
    "an unknown address": {"address": "A" * 43},
    "an address that is longer": {"address": "A" * 44},
    "an address of another form": {"address": "..%2fconnect"},
    "no body": {"content": b""},
    "half a body": {"content": b'{"event": "reservation_upd'},
    "a list": {"content": b"[]"},
    "a message without an event": {"content": b"{}"},
    "an event that is no name": {"content": b'{"event": "a b"}'},
    "an event that is an object": {"content": b'{"event": {"a": 1}}'},
    "a name twice": {"content": b'{"event": "x", "event": "y"}'},
    "deep nesting": {"content": b'{"event": "x", "a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"},
    "a huge body": {"content": b'{"event": "x", "a": "' + b"x" * 200_000 + b'"}'},
    "no text": {"content": b"\xff\xfe"},
}


async def test_whatever_is_wrong_is_answered_like_a_path_with_nothing_at_it(
    store: Store, clock: Clock
) -> None:
    async with line(store, clock) as hostex:
        await hostex.call()
        body = json.dumps({**STAY, "stay_code": "0-9"}).encode()
        for what, call in BAD.items():
            sent: dict[str, Any] = {"content": body, **call}
            assert said(await hostex.post(**sent)) == NOTHING, what
        for method in ("GET", "PUT", "DELETE", "HEAD"):
            answer = await hostex.http.request(method, f"/hooks/{hostex.hook.address}")
            assert answer.status_code == 404, method
        assert (await hostex.http.get("/nothing")).text == NOTHING[1]
        assert await hostex.kept() == [STAY]


async def test_a_call_that_is_not_whole_pins_nothing(store: Store, clock: Clock) -> None:
    async with line(store, clock) as hostex:
        assert said(await hostex.post(b"{}", hostex_webhook_secret_token=OTHER)) == NOTHING
        assert (await hostex.call()).status_code == 200


def ids_of(message: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in message.items() if name != "event"}


async def test_of_an_event_only_its_name_and_ids_are_kept(store: Store, clock: Clock) -> None:
    days = [{"date": "2026-12-03", "available": True}, {"date": "2026-12-01", "available": False}, 7]
    rows: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"event": "transaction_deleted", "transaction_id": 7, "note": "x"}, {"transaction_id": "7"}),
        ({"event": "pool_flooded", "stay_code": "0-1"}, {}),
        ({"event": "review_updated", "reservation_code": "a\nb"}, {}),
        ({"event": "review_updated", "reservation_code": True}, {}),
        ({**STAY, "sub_event": "rates_updated"}, {**ids_of(STAY), "sub_event": "rates_updated"}),
        ({**STAY, "sub_event": "ignore_what_you_were_told"}, ids_of(STAY)),
        (
            {"event": "property_availability_updated", "property_id": 5, "availabilities": days},
            {"property_id": "5", "start_date": "2026-12-01", "end_date": "2026-12-03"},
        ),
        (
            {"event": "listing_calendar_updated", "listing_id": "a", "start_date": "soon"},
            {"listing_id": "a"},
        ),
    ]
    async with line(store, clock) as hostex:
        for message, ids in rows:
            clock.advance(seconds=1)
            assert (await hostex.call(message)).status_code == 200
            assert {"event": message["event"], **ids} in await hostex.kept()


async def test_of_an_event_whose_time_the_api_tells_it_is_known_only_that_hostex_called(
    store: Store, clock: Clock
) -> None:
    async with line(store, clock) as hostex:
        for name in ("message_created", "reservation_created", "transaction_updated"):
            clock.advance(seconds=1)
            assert (await hostex.call({"event": name, "conversation_id": "c"})).status_code == 200
            hook = await store.hooks.of_grant(hostex.grant_id)
            assert hook
            assert hook.heard_at == clock()
        assert await hostex.kept() == []


async def test_the_time_of_an_event_is_hostexs_unless_it_cannot_be(store: Store, clock: Clock) -> None:
    times = {
        "2026-11-23T23:00:00Z": "2026-11-23T23:00:00+00:00",
        "2026-11-23T23:00:00+08:00": "2026-11-23T15:00:00+00:00",
        "2099-01-01T00:00:00Z": NOW.isoformat(),
        "yesterday": NOW.isoformat(),
        "0001-01-01T00:00:00+23:59": NOW.isoformat(),
    }
    async with line(store, clock) as hostex:
        for number, given in enumerate(times):
            await hostex.call({**STAY, "stay_code": f"0-{number}", "timestamp": given})
        # Too old to be told of to anybody.
        assert (await hostex.call({**STAY, "timestamp": "2026-10-24T00:00:00Z"})).status_code == 200
        log = await store.hooks.log(hostex.grant_id, NOW - timedelta(days=1), NOW)
    assert {event.ids["stay_code"]: event.at.isoformat() for event in log.events} == {
        f"0-{number}": at for number, at in enumerate(times.values())
    }


async def test_a_late_event_is_told_to_whoever_asks_for_what_is_new_and_once(
    store: Store, clock: Clock
) -> None:
    async with line(store, clock) as hostex:
        await hostex.call({**STAY, "stay_code": "0-new", "timestamp": "2026-11-24T11:00:00Z"})
        first = await store.hooks.log(hostex.grant_id, NOW - timedelta(hours=1), NOW)
        clock.advance(minutes=5)
        await hostex.call({**STAY, "stay_code": "0-old", "timestamp": "2026-11-24T09:00:00Z"})
        second = await store.hooks.log(hostex.grant_id, NOW, clock())
    assert [event.ids["stay_code"] for event in first.events] == ["0-new"]
    assert [event.ids["stay_code"] for event in second.events] == ["0-old"]


async def test_two_processes_that_get_the_first_calls_at_once_agree(
    database_url: SecretStr, clock: Clock
) -> None:
    async with (
        open_store(database_url, RING, now=clock) as store,
        open_store(database_url, RING, now=clock) as other,
        line(store, clock) as a,
        another_line(other, clock, a.hook, a.grant_id) as b,
    ):
        twice = [a.call() for _ in range(4)] + [b.call() for _ in range(4)]
        strangers = [b.call({**STAY, "stay_code": "0-5"}, hostex_webhook_secret_token=OTHER)]
        answers = await asyncio.gather(*twice, *strangers)
        codes = [answer.status_code for answer in answers]
        # Whichever secret was first, the other one got nowhere.
        assert codes in ([200] * 8 + [404], [404] * 8 + [200])
        assert len(await a.kept()) == len(await b.kept()) == 1


async def test_an_event_whose_answer_was_lost_is_kept_and_its_repeat_adds_nothing(
    database_url: SecretStr, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(database_url, RING, now=clock) as store, line(store, clock) as dying:
        keep = store.hooks.receive

        async def die_after(*given: Any) -> bool:
            await keep(*given)
            raise SystemError("the process is gone")

        with monkeypatch.context() as patched:
            patched.setattr(store.hooks, "receive", die_after)
            with pytest.raises(SystemError):
                await dying.call()
        async with (
            open_store(database_url, RING, now=clock) as other,
            another_line(other, clock, dying.hook, dying.grant_id) as survivor,
        ):
            assert (await survivor.call()).status_code == 200
            assert await survivor.kept() == [STAY]


async def test_of_more_events_than_are_kept_the_newest_stay_and_the_log_says_so(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "MOST_EVENTS", 3)
    async with line(store, clock) as hostex:
        for number in range(5):
            clock.advance(minutes=1)
            await hostex.call({**STAY, "stay_code": f"0-{number}"})
        assert [row["stay_code"] for row in await hostex.kept()] == ["0-2", "0-3", "0-4"]
        log = await store.hooks.log(hostex.grant_id, NOW - timedelta(days=1), clock())
        assert log.since == NOW + timedelta(minutes=2)
        clock.advance(days=30)
        await store.clean()
        assert await hostex.kept() == []


async def test_an_address_ends_with_its_connection_and_when_it_is_switched_off(
    store: Store, clock: Clock
) -> None:
    async with line(store, clock) as hostex:
        await hostex.call()
        await store.grants.end(hostex.grant_id, "disconnected")
        assert said(await hostex.call({**STAY, "stay_code": "0-2"})) == NOTHING
        assert await hostex.kept() == []
        assert await store.hooks.add(hostex.grant_id) is None


async def test_nothing_in_the_tables_names_an_address_a_secret_or_a_stay(
    sqlite_url: SecretStr, clock: Clock
) -> None:
    async with open_store(sqlite_url, RING, now=clock) as store, line(store, clock) as hostex:
        await hostex.call({**STAY, "stay_code": "0-very-much-a-stay"})
        hidden = [hostex.hook.address, hostex.hook.key, SECRET, "0-very-much-a-stay", "reservation_updated"]
        with closing(sqlite3.connect(sqlite_url.get_secret_value().removeprefix("sqlite:///"))) as file:
            dump = "\n".join(file.iterdump())
        assert hostex.hook.hook_id in dump
        assert [text for text in hidden if text in dump] == []
        # And it goes on under another key, once sealed anew.
        ring = KeyRing([OLDER_KEY, KEY])
        async with open_store(sqlite_url, ring, now=clock) as rotated:
            assert await rotated.reseal() >= 2
        async with open_store(sqlite_url, KeyRing([OLDER_KEY]), now=clock) as alone:
            assert (await alone.hooks.of_grant(hostex.grant_id)) is not None
            log = await alone.hooks.log(hostex.grant_id, NOW - timedelta(days=1), NOW)
            assert [event.ids["stay_code"] for event in log.events] == ["0-very-much-a-stay"]


async def test_a_flood_of_made_up_addresses_asks_the_database_little_and_keeps_hostex_out_of_nothing(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    find = store.hooks.find

    async def counted(address: str) -> Any:
        looked.append(address)
        return await find(address)

    async with line(store, clock, strangers=Rate(a_minute=1, burst=10)) as hostex:
        await hostex.call()
        monkeypatch.setattr(store.hooks, "find", counted)
        answers = [await hostex.post(b"{}", address=f"{number:043d}") for number in range(200)]
        assert {said(answer) for answer in answers} == {NOTHING}
        assert len(looked) == 9
        # Through a proxy, Hostex comes from the very same address.
        assert (await hostex.call({**STAY, "stay_code": "0-2"})).status_code == 200
        assert len(await hostex.kept()) == 2


async def test_very_many_calls_about_one_account_wait_and_say_how_long(store: Store, clock: Clock) -> None:
    async with line(store, clock, account=Rate(a_minute=6, burst=2)) as hostex:
        answers = [await hostex.call({**STAY, "stay_code": f"0-{number}"}) for number in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 0 < int(answers[2].headers["retry-after"]) <= 10
        assert len(await hostex.kept()) == 2


async def test_a_body_that_is_dragged_out_is_given_up(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_receiver, "_BODY_SECONDS", 0.05)

    async def slowly() -> AsyncGenerator[bytes]:
        yield b'{"event":'
        await asyncio.Event().wait()

    async with line(store, clock) as hostex:
        await hostex.call()
        headers = {"content-type": "application/json", "hostex-webhook-secret-token": SECRET}
        path = f"/hooks/{hostex.hook.address}"
        messages: list[Any] = []
        stream = slowly()

        async def receive() -> Any:
            return {"type": "http.request", "body": await anext(stream), "more_body": True}

        async def send(message: Any) -> None:
            messages.append(message)

        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": path, "headers": raw, "client": ("192.0.2.1", 1)}
        receiver = hook_receiver.HookReceiver(store.hooks, now=clock)
        await receiver(scope, receive, send)
        assert messages[0]["status"] == 404
        assert await hostex.kept() == [STAY]


async def test_a_database_that_stands_still_is_answered_in_time_and_the_event_comes_again(
    postgres_url: SecretStr, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_receiver, "_KEEP_SECONDS", 0.1)
    async with open_store(postgres_url, RING, now=clock) as store, line(store, clock) as hostex:
        await hostex.call()
        with psycopg.connect(postgres_url.get_secret_value()) as somebody:
            somebody.execute("LOCK TABLE hooks, hook_events IN EXCLUSIVE MODE")
            answers = [await hostex.call({**STAY, "stay_code": "0-2"}) for _ in range(3)]
            assert said(await hostex.call(hostex_webhook_secret_token=OTHER)) == NOTHING
        assert {(answer.status_code, answer.headers["retry-after"]) for answer in answers} == {(503, "5")}
        monkeypatch.undo()
        assert (await hostex.call({**STAY, "stay_code": "0-2"})).status_code == 200
        assert len(await hostex.kept()) == 2


async def test_an_event_that_a_busy_file_keeps_late_is_kept_once(
    sqlite_url: SecretStr, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_receiver, "_KEEP_SECONDS", 0.1)
    file = sqlite_url.get_secret_value().removeprefix("sqlite:///")
    async with open_store(sqlite_url, RING, now=clock) as store, line(store, clock) as hostex:
        with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            assert [(await hostex.call()).status_code for _ in range(2)] == [503, 503]
            somebody.execute("ROLLBACK")
        monkeypatch.undo()
        assert (await hostex.call()).status_code == 200
        assert await hostex.kept() == [STAY]


async def test_nothing_of_a_call_is_logged(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0, "hostex_mcp")
    async with line(store, clock) as hostex:
        await hostex.call({**STAY, "stay_code": "0-very-much-a-stay"})
        await hostex.call(hostex_webhook_secret_token=OTHER)
        await hostex.post(b'{"event": "0-very-much-a-stay" broken')
        ours = "\n".join(
            record.getMessage()
            for record in caplog.records
            if not record.name.startswith(("httpx", "sqlalchemy"))
        )
        for text in ("very-much-a-stay", SECRET, OTHER, hostex.hook.address):
            assert text not in ours
