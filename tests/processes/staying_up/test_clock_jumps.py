"""The wall clock of the server's machine jumps by hours while clients work."""

from datetime import timedelta
from typing import Any

import pytest

from tests.processes.staying_up.clock import WallClock
from tests.processes.staying_up.deployed import READING, THREAD, sent
from tests.support.replicas import ByHand, Fleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

NOTE: dict[str, Any] = {"conversation_id": THREAD, "message": "The sauna is warm"}
RENEWAL = "POST /oauth/authorizations"


def works(client: ByHand, access: str) -> bool:
    answer = client.try_call(access, "list_properties")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def test_a_clock_that_jumps_ahead_ends_access_tokens_and_confirmations_and_no_grant(
    hostex: Fleet, wall_clock: WallClock
) -> None:
    with hostex.one_more(1, **wall_clock.environ) as (_, server):
        client = ByHand(hostex)
        pair = client.connect(hostex.person())
        token = client.call(pair["access_token"], "send_message", **NOTE)["confirmation_token"]
        wall_clock.jump(server, hours=5)
        assert not works(client, pair["access_token"])
        ahead = client.refresh(pair["refresh_token"]).json()
        assert works(client, ahead["access_token"])
        late = client.call(ahead["access_token"], "send_message", confirmation_token=token, **NOTE)
        assert (late["status"], late["reason"]) == ("confirmation_required", "expired")
        fresh = late["confirmation_token"]
        done = client.call(ahead["access_token"], "send_message", confirmation_token=fresh, **NOTE)
        assert done["status"] == "done"
        wall_clock.jump(server, hours=0)
        assert works(client, ahead["access_token"])
        again = client.call(ahead["access_token"], "send_message", confirmation_token=fresh, **NOTE)
        assert (again["status"], again["reason"]) == ("confirmation_required", "used")
        back = client.refresh(ahead["refresh_token"])
        assert back.status_code == 200
        wall_clock.jump(server, hours=7)
        assert not works(client, ahead["access_token"])
    assert sent(hostex.sandbox, NOTE["message"]) == 1


def test_a_clock_that_jumps_back_logs_nobody_out_and_holds_nothing_up(
    hostex: Fleet, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hostex.one_more(1, **wall_clock.environ) as (_, server):
        client = ByHand(hostex)
        with monkeypatch.context() as patch:
            patch.setattr("hostex_mcp.sandbox.oauth.ACCESS_LIFETIME", timedelta(days=1))
            pair = client.connect(hostex.person(decision="hostex", portal=hostex.portal))
        hostex.sandbox.faults.add("throttle", RENEWAL, retry_after=1)
        assert works(client, pair["access_token"])
        hostex.sandbox.log.clear()
        wall_clock.jump(server, hours=-5)
        assert works(client, pair["access_token"])
        hostex.sandbox.faults.add("delay", READING, seconds=1)
        token = client.call(pair["access_token"], "send_message", **NOTE)["confirmation_token"]
        write = NOTE | {"confirmation_token": token}
        assert client.call(pair["access_token"], "send_message", **write)["status"] == "done"
        assert client.refresh(pair["refresh_token"]).status_code == 200
        assert hostex.calls(RENEWAL) == 1
    assert sent(hostex.sandbox, NOTE["message"]) == 1
