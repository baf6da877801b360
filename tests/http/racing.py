"""Processes that do the same thing to one database at the same moment."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from pydantic import SecretStr

from hostex_mcp.http.keys.key_file import KeyFile
from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store import Store, migrate, open_store
from hostex_mcp.http.store.records import Credential
from hostex_mcp.server.changes.record import State, TooManyOpen
from tests.http.keeping import a_change

RACERS = 3


class Racers:
    """Processes that wait for a signal, and then each do the same list of things, in the same order."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.http.racing"]
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(RACERS)
        ]

    def race(self, what: str, url: SecretStr, key: str, arguments: list[str]) -> list[list[Any]]:
        """What came of each argument, in each process."""
        order = {"what": what, "url": url.get_secret_value(), "key": key, "arguments": arguments}
        for process in self._processes:
            _tell(process.stdin, order)
        for process in self._processes:
            assert _hear(process.stdout) == "ready"
        for process in self._processes:
            _tell(process.stdin, "go")
        return [_hear(process.stdout) for process in self._processes]

    def close(self) -> None:
        for process in self._processes:
            assert process.stdin
            process.stdin.close()
        for process in self._processes:
            assert process.wait(timeout=60) == 0
            assert process.stdout
            process.stdout.close()


@pytest.fixture(scope="session")
def racers() -> Generator[Racers]:
    started = Racers()
    yield started
    started.close()


def _tell(pipe: IO[str] | None, message: Any) -> None:
    assert pipe is not None
    pipe.write(json.dumps(message) + "\n")
    pipe.flush()


def _hear(pipe: IO[str] | None) -> Any:
    assert pipe is not None
    return json.loads(pipe.readline())


def _signal() -> None:
    _tell(sys.stdout, "ready")
    assert _hear(sys.stdin) == "go"


async def _in_store(order: dict[str, Any]) -> list[Any]:
    async with open_store(SecretStr(order["url"]), KeyRing([order["key"]]), grace=60) as store:
        _signal()
        return [await _one(store, order["what"], argument) for argument in order["arguments"]]


async def _one(store: Store, what: str, argument: str) -> Any:
    match what:
        case "redeem" | "rotate":
            pair = await (
                store.tokens.redeem(argument)
                if what == "redeem"
                else store.tokens.rotate(argument, ("hostex:read",))
            )
            return pair and [pair.access_token, pair.refresh_token]
        case "lease":
            return await store.grants.lease(argument, 30)
        case "end":
            ended = await store.grants.end(argument, "disconnected")
            return ended and ended.credential and ended.credential.access_token.get_secret_value()
        case "replace":
            return await store.grants.replace_credential(
                argument, Credential("token", SecretStr("newer")), link=1
            )
        case "decide":
            change = await store.changes.find(argument)
            assert change is not None
            decided = replace(change, state=State.APPROVED, decided_by=f"process {os.getpid()}")
            return change.open and await store.changes.replace(change, decided)
        case "begin" | "begin another":
            return await _begun(store, argument, alike=what == "begin")
        case "activate":
            return await store.grants.activate(argument) is not None
        case _:
            return await store.spent.claim("consent", argument, datetime.now(UTC) + timedelta(minutes=10))


async def _begun(store: Store, grant_id: str, *, alike: bool) -> bool | None:
    """Whether a change was begun; None if too many wait. Those of all processes are `alike`, or differ."""
    now, name = datetime.now(UTC), f"{os.getpid()}"
    values: dict[str, Any] = {"asked_at": now, "expires": now + timedelta(minutes=10)}
    values |= {} if alike else {"digest": name}
    try:
        return await store.changes.begin(a_change(grant_id, id=f"{grant_id} {name}", **values))
    except TooManyOpen:
        return None


def _without_store(order: dict[str, Any]) -> list[Any]:
    _signal()
    if order["what"] == "migrate":
        return [migrate(SecretStr(url)) for url in order["arguments"]]
    return [KeyFile(Path(file)).ring().digests("race", "same") for file in order["arguments"]]


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        plain = order["what"] in ("migrate", "key file")
        _tell(sys.stdout, _without_store(order) if plain else asyncio.run(_in_store(order)))


if __name__ == "__main__":
    main()
