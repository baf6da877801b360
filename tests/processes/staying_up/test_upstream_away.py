"""Hostex goes away and comes back under a server that stays up."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from hostex_mcp.sandbox import Sandbox, running
from tests.processes.staying_up.deployed import READING, SENDING, THREAD, sent
from tests.processes.staying_up.switch import Switch, switched
from tests.support.replicas import ByHand, Fleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

NOTE: dict[str, Any] = {"conversation_id": THREAD, "message": "Back at nine"}
RENEWAL = "POST /oauth/authorizations"
SECONDS = "2"


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def deployed(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Fleet, Switch]]:
    """A server that reaches its Hostex by way of a switch."""
    database = SecretStr(f"sqlite:///{tmp_path_factory.mktemp('away') / 'kept.db'}")
    with running(sandbox) as url, switched(httpx2.URL(url).port or 0) as way:
        fleet = Fleet(database, sandbox, f"{way.origin}/v3")
        with fleet.one_more(HOSTEX_API_TIMEOUT_SECONDS=SECONDS):
            yield fleet, way


@pytest.fixture
def fleet(deployed: tuple[Fleet, Switch]) -> Generator[Fleet]:
    deployed[0].sandbox.log.clear()
    yield deployed[0]
    deployed[0].sandbox.faults.clear()


@pytest.fixture
def way(deployed: tuple[Fleet, Switch]) -> Switch:
    return deployed[1]


@pytest.fixture(scope="module")
def host(deployed: tuple[Fleet, Switch]) -> tuple[ByHand, str]:
    """A client and its access token."""
    client = ByHand(deployed[0])
    return client, client.connect(deployed[0].person())["access_token"]


def asked_for(host: tuple[ByHand, str]) -> str:
    client, access = host
    return client.call(access, "send_message", **NOTE)["confirmation_token"]


def test_while_hostex_refuses_connections_reads_and_writes_say_so_and_both_recover(
    fleet: Fleet, way: Switch, host: tuple[ByHand, str]
) -> None:
    client, access = host
    token, before = asked_for(host), sent(fleet.sandbox, NOTE["message"])
    way.close()
    try:
        read = client.call(access, "list_properties")["error"]
        write = client.call(access, "send_message", confirmation_token=token, **NOTE)["error"]
    finally:
        way.open()
    assert [(error["kind"], error["retryable"]) for error in (read, write)] == [("network", True)] * 2
    assert client.call(access, "list_properties")["total"] == 12
    done = client.call(access, "send_message", confirmation_token=token, **NOTE)
    assert done["status"] == "done"
    assert sent(fleet.sandbox, NOTE["message"]) == before + 1


def test_a_connection_that_breaks_under_a_write_leaves_it_unknown_or_found_and_never_sent_twice(
    fleet: Fleet, host: tuple[ByHand, str]
) -> None:
    client, access = host
    token, before = asked_for(host), sent(fleet.sandbox, NOTE["message"])
    fleet.sandbox.faults.add("drop_after", SENDING)
    told = client.call(access, "send_message", confirmation_token=token, **NOTE)
    assert told["status"] in ("done", "outcome_unknown")
    again = client.call(access, "send_message", confirmation_token=token, **NOTE)
    assert again["status"] == "confirmation_required"
    assert fleet.calls("POST /conversations") == 1
    assert sent(fleet.sandbox, NOTE["message"]) == before + 1


@pytest.mark.parametrize(
    ("fault", "options", "kind"),
    [
        ("delay", {"seconds": 30}, "timeout"),
        ("stall", {"seconds": 30}, "timeout"),
        ("http", {"status": 503}, "unexpected_response"),
        ("garbage", {}, "unexpected_response"),
    ],
)
def test_a_hostex_that_hangs_or_answers_with_pages_of_a_proxy_is_told_apart(
    fleet: Fleet, host: tuple[ByHand, str], fault: str, options: dict[str, Any], kind: str
) -> None:
    client, access = host
    fleet.sandbox.faults.add(fault, READING, times=None, **options)
    assert client.call(access, "list_properties")["error"]["kind"] == kind
    fleet.sandbox.faults.clear()
    assert client.call(access, "list_properties")["total"] == 12


@pytest.mark.parametrize("outage", ["away", "lost"])
def test_a_renewal_during_an_outage_loses_no_pair(
    fleet: Fleet, way: Switch, outage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ByHand(fleet)
    with monkeypatch.context() as patch:
        patch.setattr("hostex_mcp.sandbox.oauth.ACCESS_LIFETIME", timedelta(days=1))
        pair = client.connect(fleet.person(decision="hostex", portal=fleet.portal))
    access = pair["access_token"]
    if outage == "away":
        way.close()
        assert client.call(access, "list_properties")["error"]["kind"] == "network"
        way.open()
    else:
        fleet.sandbox.faults.add("drop_before", RENEWAL)
    assert client.call(access, "list_properties")["total"] == 12
    assert client.refresh(pair["refresh_token"]).status_code == 200
