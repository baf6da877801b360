"""The database goes away and comes back under a server that stays up: nobody is logged out."""

import os
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from hostex_mcp.http.store import open_store
from hostex_mcp.sandbox import Sandbox, running
from tests.http.keeping import RING
from tests.processes.staying_up.deployed import THREAD, by_then, probe
from tests.support.databases import PostgresServer
from tests.support.local import JSON, call
from tests.support.replicas import PUBLIC, ByHand, Fleet, Steered

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ASKING: dict[str, Any] = {"message": "Until soon", "conversation_id": THREAD}


def page(fleet: Fleet, path: str) -> httpx2.Response:
    with httpx2.Client(transport=Steered(fleet, 0), timeout=30) as browser:
        return browser.get(PUBLIC + path)


def test_while_postgresql_is_away_calls_are_told_to_wait_and_afterwards_everything_goes_on(
    postgres_server: PostgresServer,
) -> None:
    sandbox = Sandbox()
    with running(sandbox) as url:
        fleet = Fleet(postgres_server.new_database(), sandbox, url)
        with fleet.one_more() as (_, server):
            client = ByHand(fleet)
            pair = client.connect(fleet.person())
            access = pair["access_token"]
            asked = client.call(access, "send_message", **ASKING)
            write = ASKING | {"confirmation_token": asked["confirmation_token"]}
            postgres_server.stop()
            try:
                told = {
                    "/mcp": fleet.post(
                        "/mcp",
                        0,
                        content=call("list_properties"),
                        headers=JSON | {"Authorization": f"Bearer {access}"},
                    ),
                    "/token": client.refresh(pair["refresh_token"]),
                    "/register": fleet.post("/register", 0, json={"redirect_uris": ["https://a.example/b"]}),
                    "/authorize": page(fleet, f"/authorize?response_type=code&client_id={client.client_id}"),
                }
                ready, alive = probe(server.origin), probe(server.origin, "/healthz")
            finally:
                postgres_server.start()
            assert (ready, alive) == (503, 200)
            assert {path: answer.status_code for path, answer in told.items()} == dict.fromkeys(told, 503)
            assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in told.values())
            assert all("www-authenticate" not in answer.headers for answer in told.values())
            assert "text/html" in told["/authorize"].headers["content-type"]
            by_then(lambda: probe(server.origin) == 200)
            assert client.call(access, "send_message", **write)["status"] == "done"
            assert client.refresh(pair["refresh_token"]).status_code == 200
            assert fleet.calls("POST /conversations") == 1


def test_a_sqlite_file_that_another_program_locks_holds_up_no_read(
    hostex: Fleet, sqlite_url: SecretStr
) -> None:
    file = sqlite_url.get_secret_value().removeprefix("sqlite:///")
    with hostex.one_more() as (_, server), ThreadPoolExecutor(1) as threads:
        client = ByHand(hostex)
        pair = client.connect(hostex.person())
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refreshing = threads.submit(client.refresh, pair["refresh_token"])
        assert client.call(pair["access_token"], "list_properties")["total"] == 12
        assert probe(server.origin) == 200
        assert not refreshing.done()
        other.execute("ROLLBACK")
        other.close()
        assert refreshing.result(timeout=30).status_code == 200


def connections_to(port: int) -> list[socket.socket]:
    """Duplicates of this process's connections to a port of this machine."""
    found: list[socket.socket] = []
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            one = socket.socket(fileno=os.dup(int(name)))
            try:
                there = one.getpeername()[1:2] == (port,)
            except OSError:
                there = False
            if there:
                found.append(one)
            else:
                one.close()
    return found


@pytest.mark.anyio
async def test_a_database_whose_machine_is_gone_is_not_waited_for_a_quarter_of_an_hour(
    postgres_server: PostgresServer,
) -> None:
    async with open_store(postgres_server.new_database(), RING) as store:
        await store.ping()
        connections = connections_to(postgres_server.port)
        waits = [
            connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) for connection in connections
        ]
        for connection in connections:
            connection.close()
    assert waits
    assert all(1000 <= wait <= 20_000 for wait in waits)
