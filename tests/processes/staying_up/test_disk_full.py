"""No byte can be written any more: neither database nor audit trail grows. What needs neither goes on."""

import json
import resource
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.processes.staying_up.deployed import THREAD, probe, sent
from tests.support.processes import Running
from tests.support.replicas import ByHand, Fleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

NOTE: dict[str, Any] = {"conversation_id": THREAD, "message": "The key is in the box"}
TASK: dict[str, Any] = {"type": "other", "expected_date": "2027-01-05", "property_id": 20110001}


@contextmanager
def no_room(server: Running) -> Generator[None]:
    """Every write to a file fails, as on a full disk."""
    pid = server.process.pid
    usual = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, usual[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, usual)


def outcomes(trail: Path) -> list[str]:
    return [json.loads(line)["outcome"] for line in trail.read_text(encoding="utf-8").splitlines()]


def test_on_a_full_disk_reads_go_on_nothing_unrecorded_is_sent_and_nothing_is_lost(
    hostex: Fleet, tmp_path: Path
) -> None:
    trail = tmp_path / "audit.jsonl"
    with hostex.one_more(HOSTEX_MCP_AUDIT_LOG=str(trail)) as (_, server):
        client = ByHand(hostex)
        pair = client.connect(hostex.person())
        access = pair["access_token"]
        token = client.call(access, "send_message", **NOTE)["confirmation_token"]
        with no_room(server):
            assert client.call(access, "list_properties")["total"] == 12
            assert probe(server.origin) == 200
            refused = client.call(access, "send_message", confirmation_token=token, **NOTE)["error"]
            assert (refused["kind"], "HOSTEX_MCP_AUDIT_LOG" in refused["hint"]) == ("blocked", True)
            assert client.call(access, "create_task", **TASK)["error"]["kind"] == "blocked"
            away = client.refresh(pair["refresh_token"])
            assert (away.status_code, "retry-after" in away.headers) == (503, True)
            with pytest.raises(AssertionError, match="cannot reach its database right now"):
                client.authorize(hostex.person())
            assert hostex.calls("POST ") == 0
        done = client.call(access, "send_message", confirmation_token=token, **NOTE)
        assert done["status"] == "done"
        assert client.refresh(pair["refresh_token"]).status_code == 200
        assert client.authorize(hostex.person())["code"]
    assert sent(hostex.sandbox, NOTE["message"]) == 1
    assert outcomes(trail) == ["confirmation_required", "done"]


def test_a_confirmation_that_the_database_cannot_use_up_is_not_acted_on(hostex: Fleet) -> None:
    with hostex.one_more() as (_, server):
        client = ByHand(hostex)
        access = client.connect(hostex.person())["access_token"]
        token = client.call(access, "send_message", **NOTE)["confirmation_token"]
        with no_room(server):
            refused = client.call(access, "send_message", confirmation_token=token, **NOTE)["error"]
            assert (refused["kind"], refused["retryable"]) == ("blocked", True)
            assert hostex.calls("POST /conversations") == 0
        assert client.call(access, "send_message", confirmation_token=token, **NOTE)["status"] == "done"
    assert sent(hostex.sandbox, NOTE["message"]) == 1
