"""Webhooks that were registered are called about what changes, as Hostex documents it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.webhook_calls import post_locally
from tests.support.world import Api, add_stay, make_api

URL, OTHER = "https://mine.example/hooks/1", "https://mine.example/hooks/2"
CODE = "0-1-abc"
AT = "2026-06-15T12:00:00Z"


class Line:
    """Takes what the sandbox sends."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        assert headers["Content-Type"] == "application/json"
        self.calls.append((url, headers["Hostex-Webhook-Secret-Token"], json.loads(body)))
        return 200


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def called(runner: asyncio.Runner, line: Line) -> Api:
    """The small host, whose webhooks are called."""
    api = make_api(runner)
    add_stay(api.account, CODE, ("2026-06-20", "2026-06-23"))
    return Api(
        Sandbox(now=api.clock, accounts=api.sandbox.accounts, calls=line), api.clock, runner, api.headers
    )


def messages(api: Api, line: Line) -> list[dict[str, Any]]:
    """What was sent since the last time."""
    api.runner.run(api.sandbox.webhooks.finished())
    sent, line.calls = [message for _, _, message in line.calls], []
    return sent


def test_every_event_is_called_about_with_its_ids_and_time_alone(called: Api, line: Line) -> None:
    called.data("POST /webhooks", {"url": URL})
    account = called.account
    code, stay = CODE, account.stays[CODE]
    order = {"reservation_code": stay["reservation_code"], "stay_code": code}
    stay["remarks"] = "x"
    assert messages(called, line) == [{"event": "reservation_updated", **order, "timestamp": AT}]
    stay["check_in_details"] = stay["check_in_details"] | {"lock_code": "9021"}
    (message,) = messages(called, line)
    assert message == {
        "event": "reservation_updated",
        **order,
        "sub_event": "lock_code_updated",
        "timestamp": AT,
    }
    days = {"start_date": "2026-07-01", "end_date": "2026-07-02"}
    called.data("POST /availabilities", {"property_ids": [1], **days, "available": False})
    called.sandbox.settle()
    (message,) = messages(called, line)
    assert message == {
        "event": "property_availability_updated",
        "property_id": 1,
        "availabilities": [{"date": day, "available": False} for day in ("2026-07-01", "2026-07-02")],
        "timestamp": AT,
    }
    price = {"channel_type": "airbnb", "listing_id": "A1", "prices": [{**days, "price": 99}]}
    called.data("POST /listings/prices", price)
    called.sandbox.settle()
    assert messages(called, line) == [
        {
            "event": "listing_calendar_updated",
            "channel_type": "airbnb",
            "listing_id": "A1",
            **days,
            "timestamp": AT,
        }
    ]
    account.transactions[7] = {"id": 7}
    account.reviews[code] = {"reservation_code": code}
    assert messages(called, line) == [
        {"event": "review_created", "reservation_code": code, "timestamp": AT},
        {"event": "transaction_created", "transaction_id": 7, "timestamp": AT},
    ]
    del account.transactions[7]
    account.reviews[code]["host_reply"] = {"content": "Thanks"}
    assert messages(called, line) == [
        {"event": "review_updated", "reservation_code": code, "timestamp": AT},
        {"event": "transaction_deleted", "transaction_id": 7, "timestamp": AT},
    ]
    account.stays["0-new"] = {**stay, "stay_code": "0-new", "reservation_code": "0-new", "property_id": 0}
    (message,) = messages(called, line)
    assert (message["event"], message["stay_code"]) == ("reservation_created", "0-new")


def test_a_webhook_hears_only_of_its_own_events_with_a_secret_of_its_address(called: Api, line: Line) -> None:
    called.data("POST /webhooks", {"url": URL, "events": ["reservation_updated"]})
    called.data("POST /webhooks", {"url": OTHER, "events": ["review_created"]})
    stay = called.account.stays[CODE]
    for remarks in ("a", "b"):
        stay["remarks"] = remarks
        called.runner.run(called.sandbox.webhooks.finished())
    assert [url for url, _, _ in line.calls] == [URL, URL]
    (secret,) = {secret for _, secret, _ in line.calls}
    assert len(secret) >= 32
    row = next(row for row in called.data("GET /webhooks")["webhooks"] if row["url"] == URL)
    assert secret not in str(row)
    called.data(f"DELETE /webhooks/{row['id']}")
    stay["remarks"] = "c"
    assert len(messages(called, line)) == 2


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/hooks", "https://example.com/hooks", "http://127.0.0.2.example/"]
)
def test_no_address_but_one_of_this_machine_is_ever_called(runner: asyncio.Runner, url: str) -> None:
    assert runner.run(post_locally(url, {}, b"{}")) == 0


def test_without_a_way_out_nothing_is_sent(api: Api) -> None:
    api.data("POST /webhooks", {"url": URL})
    add_stay(api.account, CODE, ("2026-06-20", "2026-06-23"))
    api.runner.run(api.sandbox.webhooks.finished())
    assert api.sandbox.webhooks.made == []
