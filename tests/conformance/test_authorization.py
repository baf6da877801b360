"""The official conformance suite's scenarios for authorization servers, on ours."""

import json
import re
import subprocess
from itertools import chain
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest

from tests.clients.node import environment, program
from tests.support.driving import Person
from tests.support.processes import Running, free_port, hostex_mcp

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

CHECKS = (
    "authorization-server-metadata",
    "authorization-server-metadata-cimd",
    "authorization-code-grant",
)


def registered(server: Running, port: int) -> str:
    """The id of a client that returns to a port of this machine."""
    callback = f"http://127.0.0.1:{port}/callback"
    metadata = {"redirect_uris": [callback], "token_endpoint_auth_method": "none"}
    return httpx2.post(f"{server.origin}/register", json=metadata).json()["client_id"]


def visited(printed: IO[str]) -> str:
    """Read on until the suite asks to visit an address."""
    for line in printed:
        if found := re.search(r"\S+/authorize\?\S+", line):
            return found[0]
    raise AssertionError("the suite asked for no visit")


def test_every_scenario_passes(tmp_path: Path) -> None:
    port = free_port()
    with hostex_mcp("--sandbox") as server:
        told = {
            "--url": server.origin,
            "--resource": server.resource,
            "--client-id": registered(server, port),
            "--port": str(port),
            "--output-dir": str(tmp_path),
        }
        command = [*program("conformance"), "authorization", *chain.from_iterable(told.items())]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment(HOME=str(tmp_path)), stdout=subprocess.PIPE, text=True
        ) as suite:
            assert suite.stdout
            Person().go(visited(suite.stdout))
            words, _ = suite.communicate(timeout=40)
    assert suite.returncode == 0, words
    checks = [check for file in tmp_path.rglob("checks.json") for check in _read(file)]
    assert {check["id"]: check["status"] for check in checks} == dict.fromkeys(CHECKS, "SUCCESS")


def _read(file: Path) -> list[dict[str, Any]]:
    return json.loads(file.read_text(encoding="utf-8"))
