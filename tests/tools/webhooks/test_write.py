"""Webhooks changed through the engine, checked in the sandbox's own state."""

import copy
from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from tests.support.engine import Call
from tests.support.requests_sent import refused, sent, take_back, written

pytestmark = pytest.mark.anyio

OWN, FOREIGN = 3001, 3002
URL = "https://hooks.example.invalid/new"


TWO_HOSTS = [
    "https://evil.example\\@hooks.example.invalid/",
    "https://hooks.example.invalid\\.evil.example/",
    "https://evil.example\uff0fhooks.example.invalid/",
    "https://hooks\u3002example.invalid/",
    "https://hooks.example.invalid%2fevil.example/",
    "https:///evil.example",
    "https://hooks.example.invalid:port/",
    "https://<hooks.example.invalid>/",
    "https://evil.example`@hooks.example.invalid/",
]


async def test_a_new_webhook_is_found_in_the_list_and_taken_back(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(sandbox.accounts.main.webhooks)
    done = await call("create_webhook", url=URL, events=["message_created"])
    (new,) = sandbox.accounts.main.webhooks.keys() - before.keys()
    assert done["result"] == {"id": new, "url": URL, "events": ["message_created"]}
    await take_back(call, done)
    assert sandbox.accounts.main.webhooks == before


async def test_a_webhook_for_all_events_sends_none_and_shows_them(call: Call, sandbox: Sandbox) -> None:
    done = await call("create_webhook", url=URL)
    assert sent(sandbox, "POST /webhooks") == [{"url": URL}]
    assert "review_created" in done["result"]["events"]


async def test_an_address_registered_twice_still_tells_the_new_id(call: Call, sandbox: Sandbox) -> None:
    first = await call("create_webhook", url=URL)
    second = await call("create_webhook", url=URL)
    assert second["result"]["id"] != first["result"]["id"]


async def test_a_webhook_whose_answer_was_lost_is_found_and_not_sent_again(
    call: Call, sandbox: Sandbox
) -> None:
    ids = set(sandbox.accounts.main.webhooks)
    sandbox.faults.add("drop_after", operation="POST /webhooks")
    done = await call("create_webhook", url=URL)
    assert {done["result"]["id"]} == set(sandbox.accounts.main.webhooks) - ids
    assert len(sent(sandbox, "POST /webhooks")) == 1


async def test_a_list_that_does_not_tell_leaves_the_id_out_and_is_no_failure(
    call: Call, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks, read = sandbox.accounts.main.webhooks, HostexClient.page

    async def with_a_twin(client: HostexClient, *given: Any, **more: Any) -> Any:
        for id, webhook in list(webhooks.items()):
            if webhook["url"] == URL:
                webhooks[id + 1] = webhook | {"id": id + 1}
        return await read(client, *given, **more)

    monkeypatch.setattr(HostexClient, "page", with_a_twin)
    done = await call("create_webhook", url=URL)
    assert done["status"] == "done"
    assert "id" not in done["result"]
    assert "list_webhooks" in done["result"]["note"]
    assert done["undo"] is None


async def test_events_are_added_and_removed_keeping_the_others(call: Call, sandbox: Sandbox) -> None:
    before = copy.deepcopy(sandbox.accounts.main.webhooks)
    done = await call(
        "update_webhook", id=OWN, add_events=["review_created"], remove_events=["message_created"]
    )
    events = ["reservation_created", "reservation_updated", "review_created"]
    assert done["result"] == {"id": OWN, "events": events}
    assert sandbox.accounts.main.webhooks[OWN]["events"] == events
    await take_back(call, done)
    assert sandbox.accounts.main.webhooks == before


async def test_a_webhook_of_another_application_is_left_alone(call: Call, sandbox: Sandbox) -> None:
    assert (await call("update_webhook", id=FOREIGN, url=URL))["error"]["kind"] == "forbidden"
    assert (await call("delete_webhook", id=FOREIGN))["error"]["kind"] == "forbidden"
    assert (await call("delete_webhook", id=1))["error"]["kind"] == "not_found"
    assert written(sandbox) == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"url": "hooks.example.invalid"}, "url"),
        ({"url": "https://hooks.example.invalid/a b"}, "url"),
        *(({"url": url}, "url") for url in TWO_HOSTS),
        ({"events": []}, "events"),
        ({"events": ["guest_smiled"]}, "events.0"),
        ({"events": ["message_created"], "add_events": ["review_created"]}, "events"),
        (
            {"remove_events": ["reservation_created", "reservation_updated", "message_created"]},
            "remove_events",
        ),
    ],
)
async def test_a_change_that_does_not_fit_is_refused(
    call: Call, sandbox: Sandbox, arguments: dict[str, object], field: str
) -> None:
    assert field in refused(await call("update_webhook", id=OWN, **arguments))
    assert written(sandbox) == []


async def test_a_kind_of_event_that_is_not_documented_is_kept_without_a_way_back(
    call: Call, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.webhooks[OWN]["events"].append("stay_extended")
    done = await call("update_webhook", id=OWN, url=URL)
    assert done["undo"] is None


async def test_a_deleted_webhook_is_told_and_gone(call: Call, sandbox: Sandbox) -> None:
    done = await call("delete_webhook", id=OWN)
    assert done["result"]["url"] == "https://hooks.example.invalid/tideway"
    assert OWN not in sandbox.accounts.main.webhooks
