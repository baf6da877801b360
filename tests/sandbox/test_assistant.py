"""Knowledge bases, automatic actions and webhooks."""

from typing import Any

import pytest

from hostex_mcp.sandbox import READ_ONLY
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.vocabulary import WEBHOOK_EVENTS
from tests.support.world import LOFT, STUDIO, TWIN_A, TWINS, Api, add_conversation, add_stay

ENTRY: Row = {
    "scope_property": {"type": "all", "ids": [-1]},
    "scope_channel": {"type": "all", "channels": ["unlimited"]},
    "contents": [{"sub_title": "Quiet hours", "text": "22:00 to 08:00"}],
    "is_enable": True,
    "title": "House rules",
}


def entries(api: Api, **query: object) -> list[Row]:
    return api.data("GET /knowledge_bases", **query)["knowledge_bases"]


def add_entry(api: Api, **changes: Any) -> int:
    assert api.data("POST /knowledge_bases", ENTRY | changes) is None
    return entries(api, limit=100)[-1]["id"]


def test_a_new_entry_is_listed_without_texts_and_processed_later(api: Api) -> None:
    entry_id = add_entry(api)
    [row] = entries(api)
    assert "contents" not in row
    assert row["process_status"] == "waiting"
    api.clock.advance(seconds=2)
    complete = api.data(f"GET /knowledge_bases/{entry_id}")
    assert complete == ENTRY | {"id": entry_id, "process_status": "done"}


def test_a_patch_replaces_the_entry_as_a_whole(api: Api) -> None:
    entry_id = add_entry(api)
    path = f"/knowledge_bases/{entry_id}"
    assert api.refusal(f"PATCH {path}", {"title": "Rules"}) == (400, "The scope property field is required.")
    without_title = {key: value for key, value in ENTRY.items() if key != "title"} | {"is_enable": False}
    api.data(f"PATCH {path}", without_title)
    complete = api.data(f"GET {path}")
    assert (complete["title"], complete["is_enable"]) == ("Quiet hours", False)


def test_a_deleted_entry_is_gone(api: Api) -> None:
    entry_id = add_entry(api)
    api.data(f"DELETE /knowledge_bases/{entry_id}")
    for method in ("GET", "DELETE"):
        assert api.refusal(f"{method} /knowledge_bases/{entry_id}") == (404, "Knowledge base not found.")


def test_entries_are_filtered_by_what_they_apply_to(api: Api) -> None:
    group = api.data("POST /groups", {"name": "Beach", "property_ids": [STUDIO]})["group"]["id"]
    scopes = {"by_property": LOFT, "by_group": group, "by_room_type": TWINS}
    ids = {
        kind: add_entry(api, scope_property={"type": kind, "ids": [scope]}) for kind, scope in scopes.items()
    }
    everywhere = add_entry(api, scope_channel={"type": "by_channel", "channels": ["airbnb"]})
    for property_id, kind in ((LOFT, "by_property"), (STUDIO, "by_group"), (TWIN_A, "by_room_type")):
        rows = [row["id"] for row in entries(api, property_ids=f"{property_id},900")]
        assert rows == [ids[kind], everywhere]
    assert everywhere not in [row["id"] for row in entries(api, channel_types="vrbo,agoda")]
    assert everywhere in [row["id"] for row in entries(api, channel_types="vrbo, airbnb")]


REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"contents": []}, 400),
    ({"contents": [{"text": "no title"}]}, 400),
    ({"scope_property": {"type": "all", "ids": [1]}}, 422),
    ({"scope_property": {"type": "all", "ids": [-1, -1]}}, 422),
    ({"scope_property": "all"}, 400),
    ({"scope_property": {"type": "by_property", "ids": [77]}}, 422),
    ({"scope_property": {"type": "by_magic", "ids": [1]}}, 422),
    ({"scope_channel": {"type": "all", "channels": ["airbnb"]}}, 422),
    ({"scope_channel": {"type": "by_channel", "channels": ["unlimited"]}}, 422),
    ({"is_enable": 1}, 400),
]


@pytest.mark.parametrize(("changes", "code"), REFUSED)
def test_impossible_entries_are_refused(api: Api, changes: dict[str, Any], code: int) -> None:
    assert api.refusal("POST /knowledge_bases", ENTRY | changes)[0] == code
    assert api.account.knowledge_bases == {}


def plan(api: Api, plan_id: int, **changes: Any) -> None:
    api.account.automation_actions[plan_id] = {
        "id": plan_id,
        "type": "message",
        "name": "Before check-in",
        "send_to": "Ines Exemplar",
        "stay_code": "0-1-a",
        "property_id": LOFT,
        "property_title": "Harbour Loft",
        "scheduled_at": "2026-06-18T10:00:00+01:00",
        "channel_type": "airbnb",
    } | changes


def plans(api: Api, **query: object) -> list[int]:
    return [row["id"] for row in api.data("GET /automation/actions", **query)["actions"]]


def test_plans_come_by_time_and_by_type(api: Api) -> None:
    plan(api, 1)
    plan(api, 2, scheduled_at="2026-06-17T10:00:00+01:00")
    plan(api, 3, type="review")
    plan(api, 4, scheduled_at="2026-07-20T10:00:00+01:00")
    assert plans(api, type="message") == [2, 1]
    assert plans(api, type="review") == [3]
    assert api.refusal("GET /automation/actions") == (400, "The type field is required.")


def test_plans_are_filtered(api: Api) -> None:
    plan(api, 1)
    plan(api, 2, property_id=STUDIO, channel_type="vrbo", stay_code="0-2-a", send_to="Tom")
    assert plans(api, type="message", property_ids=f"{STUDIO},77") == [2]
    assert plans(api, type="message", property_ids=f"[{LOFT}]") == [1]
    assert plans(api, type="message", channel_types="vrbo,agoda") == [2]
    assert api.refusal("GET /automation/actions", type="message", property_ids="[1,")[0] == 400
    assert plans(api, type="message", stay_code="0-1-a") == [1]
    assert plans(api, type="message", keyword="tom") == [2]


def test_plans_are_filtered_by_time_with_and_without_offset(api: Api) -> None:
    plan(api, 1)
    assert plans(api, type="message", start_time="2026-06-18 10:00:00") == [1]
    assert plans(api, type="message", start_time="2026-06-18T09:00:01+00:00") == []
    assert plans(api, type="message", end_time="2026-06-18 09:59:59") == []
    assert api.refusal("GET /automation/actions", type="message", start_time="soon")[0] == 400


def test_executing_a_message_sends_it_as_a_bot_and_ends_the_plan(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-20", "2026-06-22"), conversation_id="0-1-one")
    add_conversation(api.account, "0-1-one")
    plan(api, 104233, _message="Your code is 1234.")
    api.data("POST /automation/actions/104233/execute")
    newest = api.data("GET /conversations/0-1-one")["messages"][0]
    assert (newest["sender_role"], newest["sender_name"]) == ("host", "Bot:104233")
    assert newest["content"] == "Your code is 1234."
    assert plans(api, type="message") == []
    assert api.refusal("POST /automation/actions/104233/execute")[0] == 404


def test_a_message_without_a_thread_is_not_sent(api: Api) -> None:
    plan(api, 1)
    assert api.refusal("POST /automation/actions/1/execute")[0] == 400
    assert plans(api, type="message") == [1]


def test_a_review_plan_runs_from_the_day_of_check_out_on(api: Api) -> None:
    add_stay(api.account, "0-1-a", ("2026-06-14", "2026-06-16"))
    plan(api, 1, type="review", _review="Great guests.")
    assert api.refusal("POST /automation/actions/1/execute")[0] == 400
    api.clock.advance(days=1)
    api.data("POST /automation/actions/1/execute")
    assert api.account.reviews["0-1-a"]["host_review"]["content"] == "Great guests."
    assert plans(api, type="review") == []


def test_plans_of_another_type_are_not_supported(api: Api) -> None:
    plan(api, 1, type="door")
    assert api.refusal("POST /automation/actions/1/execute")[0] == 400


def test_a_plan_is_dropped(api: Api) -> None:
    plan(api, 1)
    api.data("DELETE /automation/actions/1")
    assert plans(api, type="message") == []
    assert api.refusal("DELETE /automation/actions/1")[0] == 404


def webhooks(api: Api) -> list[Row]:
    return api.data("GET /webhooks")["webhooks"]


def test_a_webhook_without_events_gets_all_of_them(api: Api) -> None:
    assert api.data("POST /webhooks", {"url": "https://hooks.example.com/a"}) is None
    [row] = webhooks(api)
    assert (row["events"], row["manageable"]) == (list(WEBHOOK_EVENTS), True)
    assert (row["created_at"], row["url"]) == ("2026-06-15T12:00:00+00:00", "https://hooks.example.com/a")


def test_a_webhook_changes_and_goes(api: Api) -> None:
    api.data("POST /webhooks", {"url": "https://hooks.example.com/a", "events": ["message_created"]})
    [row] = webhooks(api)
    api.data(f"PATCH /webhooks/{row['id']}", {"events": ["review_created"]})
    assert webhooks(api)[0]["events"] == ["review_created"]
    api.data(f"DELETE /webhooks/{row['id']}")
    assert webhooks(api) == []


def test_webhooks_of_others_are_seen_but_not_managed(api: Api) -> None:
    api.account.webhooks[3001] = {"id": 3001, "url": "https://hooks.example.com/b", "events": []}
    assert webhooks(api)[0]["manageable"] is False
    assert api.refusal("PATCH /webhooks/3001", {})[0] == 403
    assert api.refusal("DELETE /webhooks/3001")[0] == 403
    assert api.refusal("DELETE /webhooks/3002")[0] == 404
    api.data("POST /webhooks", {"url": "https://hooks.example.com/a"})
    assert [row["manageable"] for row in webhooks(api.bearing(READ_ONLY))] == [False, False]


def test_webhook_addresses_and_events_are_checked(api: Api) -> None:
    assert api.refusal("POST /webhooks", {"url": "ftp://example.com"})[0] == 422
    body = {"url": "https://hooks.example.com/a", "events": ["nothing_happened"]}
    assert api.refusal("POST /webhooks", body)[0] == 422
