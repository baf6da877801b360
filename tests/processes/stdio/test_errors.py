"""Every kind of error, produced by a token or a fault, as an MCP client receives it."""

from typing import Any

import pytest

from hostex_mcp.sandbox import BASIC, DEAD, LAPSED, Sandbox
from tests.processes.stdio.conftest import Connect

ENVELOPES = [
    (400, "invalid_arguments"),
    (403, "forbidden"),
    (404, "not_found"),
    (409, "conflict"),
    (420, "plan_unsupported"),
    (422, "invalid_arguments"),
    (500, "upstream"),
    (501, "unavailable"),
    (502, "channel"),
    (503, "channel"),
    (504, "channel"),
]


@pytest.mark.parametrize(("code", "kind"), ENVELOPES)
def test_an_error_code_with_http_status_200_is_an_error_of_its_kind(
    connect: Connect, sandbox: Sandbox, code: int, kind: str
) -> None:
    sandbox.faults.add("envelope", operation="GET /groups", times=None, code=code, message="As you see.")
    error = connect().error("list_property_groups")
    assert (error["kind"], error["code"], error["message"]) == (kind, code, "As you see.")
    assert error["operation"] == "GET /groups"
    assert error["request_id"].startswith("RT")
    assert error["hint"]


@pytest.mark.parametrize(
    ("token", "kind", "code"),
    [
        (None, "not_configured", None),
        (DEAD, "invalid_token", 401),
        (LAPSED, "subscription_lapsed", 420),
        (BASIC, "account", 420),
    ],
)
def test_a_token_that_does_not_work_says_what_to_do(
    connect: Connect, token: str | None, kind: str, code: int | None
) -> None:
    error = connect(token).error("list_properties")
    assert (error["kind"], error["code"], error["retryable"]) == (kind, code, False)
    assert error["hint"]


def test_a_write_refused_while_reads_still_work_means_a_read_only_token(
    connect: Connect, sandbox: Sandbox
) -> None:
    from hostex_mcp.sandbox import READ_ONLY

    host = connect(READ_ONLY)
    thread = host.answer("list_conversations", limit=1)["items"][0]
    error = host.error("update_conversation_note", conversation_id=thread["id"], note="x")
    assert (error["kind"], error["code"]) == ("read_only_token", 401)


def test_our_own_check_names_each_argument_with_its_problem(connect: Connect, sandbox: Sandbox) -> None:
    seen = len(sandbox.log)
    error = connect().error("list_reservations", guest_email="ines@example.com", limit=1000)
    assert error["kind"] == "invalid_arguments"
    assert {"field": "limit", "problem": "must be at most 100"} in error["fields"]
    assert {item["field"] for item in error["fields"]} == {"guest_email", "limit"}
    assert len(sandbox.log) == seen


def test_a_long_throttle_is_handed_on_with_its_wait(connect: Connect, sandbox: Sandbox) -> None:
    sandbox.faults.add("throttle", operation="GET /groups", times=1, retry_after=60)
    error = connect().error("list_property_groups")
    assert (error["kind"], error["code"], error["retryable"]) == ("rate_limited", 429, True)
    assert error["retry_after_seconds"] == 60


def test_a_body_that_stalls_for_a_minute_ends_within_the_deadline(connect: Connect, sandbox: Sandbox) -> None:
    sandbox.faults.add("stall", operation="GET /groups", times=None, seconds=60)
    error = connect().error("list_property_groups")
    assert (error["kind"], error["retryable"]) == ("timeout", True)


def test_one_stalled_answer_is_read_again_and_nobody_notices(connect: Connect, sandbox: Sandbox) -> None:
    sandbox.faults.add("stall", operation="GET /groups", times=1, seconds=60)
    assert connect().answer("list_property_groups")["returned"] > 0


def test_a_connection_that_breaks_every_time_is_a_network_error(connect: Connect, sandbox: Sandbox) -> None:
    sandbox.faults.add("drop_before", operation="GET /groups", times=None)
    error = connect().error("list_property_groups")
    assert (error["kind"], error["code"], error["request_id"]) == ("network", None, None)


def test_nothing_listening_is_a_network_error(connect: Connect) -> None:
    error = connect(HOSTEX_API_BASE_URL="http://127.0.0.1:9/v3").error("list_properties")
    assert error["kind"] == "network"


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("http", {"status": 502}),
        ("http", {"status": 403}),
        ("garbage", {}),
        ("redirect", {}),
    ],
)
def test_an_answer_that_is_not_the_envelope_is_unexpected(
    connect: Connect, sandbox: Sandbox, fault: str, options: dict[str, Any]
) -> None:
    sandbox.faults.add(fault, operation="GET /groups", times=None, **options)
    assert connect().error("list_property_groups")["kind"] == "unexpected_response"


def test_a_write_whose_answer_is_lost_has_an_unknown_outcome_and_is_not_sent_again(
    connect: Connect, sandbox: Sandbox
) -> None:
    host = connect()
    thread = host.answer("list_conversations", limit=1)["items"][0]
    operation = "PATCH /conversations/{conversation_id}/note"
    sandbox.faults.add("drop_after", operation=operation, times=1)
    before = len(sandbox.log)
    error = host.error("update_conversation_note", conversation_id=thread["id"], note="written once")
    assert (error["kind"], error["retryable"]) == ("outcome_unknown", False)
    assert sum(item.method == "PATCH" for item in sandbox.log[before:]) == 1
    assert host.answer("get_conversation", conversation_id=thread["id"])["note"] == "written once"


def test_an_excluded_tool_is_blocked_though_it_is_called_by_name(connect: Connect) -> None:
    host = connect("sandbox-writable", "--exclude-tools", "list_webhooks", "--toolsets", "all")
    error = host.error("list_webhooks")
    assert error["kind"] == "blocked"
    assert "list_webhooks" in error["message"]


def test_the_text_half_says_kind_message_and_hint(connect: Connect) -> None:
    result = connect(None).call("list_properties")
    text = getattr(result.content[0], "text", "")
    lines = text.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("not_configured: ")
    assert "HOSTEX_ACCESS_TOKEN" in lines[1]
