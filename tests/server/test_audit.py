"""The audit trail of writes."""

import json
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from click.testing import CliRunner

from hostex_mcp.api import Blocked, HostexClient, OutcomeUnknown, accepted, receipts
from hostex_mcp.cli import main
from hostex_mcp.sandbox import WRITABLE
from hostex_mcp.server.audit import AuditLog, describe_change
from hostex_mcp.server.confirmation import digest
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.preview import preview_of
from hostex_mcp.server.writes import Writes
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview
from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.selection import select
from tests.server.test_writes import Desk, Person, set_price, write_call
from tests.support.clock import Clock
from tests.support.every_write import every_write
from tests.support.previewing import demo_sandbox

pytestmark = pytest.mark.anyio


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_every_attempt_leaves_one_line_with_who_confirmed_and_what_came_of_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    desk = Desk()
    desk.writes = Writes("a1b2", "token", desk.clock, AuditLog(path))
    token = (await desk.ask())["confirmation_token"]
    await desk.ask(token=token)
    desk.writes = Writes("a1b2", "auto", desk.clock, AuditLog(path))
    await desk.ask(130, elicitation=Person("decline"))
    await desk.ask(140, elicitation=Person("accept"))
    outcomes = [(line["outcome"], line.get("confirmed")) for line in lines(path)]
    assert outcomes == [
        ("confirmation_required", None),
        ("done", "token"),
        ("declined", None),
        ("done", "person"),
    ]
    first, second = lines(path)[:2]
    assert (first["tool"], first["account"], first["time"][:10]) == ("set_price", "a1b2", "2026-11-24")
    assert first["arguments"] == second["arguments"]
    assert first["preview"] == second["preview"]


@pytest.mark.parametrize("confirm", ["off", "token"])
async def test_the_trail_says_what_was_changed_and_is_readable_by_its_owner_only(
    tmp_path: Path, confirm: str
) -> None:
    path = tmp_path / "audit.jsonl"
    desk = Desk()
    desk.writes = Writes("a1b2", confirm, desk.clock, AuditLog(path))
    await desk.ask(123_456)
    (line,) = lines(path)
    assert line["changed"] == "price 100 → 123,456"
    assert path.stat().st_mode & 0o077 == 0


def test_a_change_is_told_by_property_stay_days_before_and_after() -> None:
    prices = {
        "target": {
            "channel_type": "airbnb",
            "listing_id": "9001",
            "title": "Harbour Loft",
            "currency": "EUR",
        },
        "changes": [{"what": "Fri 11 and Sat 12 Dec 2026", "before": "€148", "after": "€163"}],
    }
    assert describe_change(prices) == "Harbour Loft on Airbnb (9001): Fri 11 and Sat 12 Dec 2026 €148 → €163"
    booking = {
        "target": {"property_title": "Harbour Loft", "reservation_code": "0-A", "guest_name": "Ana"},
        "changes": [{"what": "status", "before": "wait_accept", "after": "accepted"}],
    }
    sentence = "Harbour Loft, reservation 0-A: status waiting for your answer → accepted"
    assert describe_change(booking) == sentence


def test_days_of_several_properties_are_told_of_each_and_a_period_is_told_once() -> None:
    rows = [
        {"what": "Harbour Loft, Mon 1 to Wed 3 Feb 2027", "before": "open", "after": "closed"},
        {"what": "Studio, 2nd floor, Mon 1 Feb 2027", "before": "open", "after": "closed"},
        {"what": "custom field gate, Mon 1 Feb 2027", "before": "4711", "after": "4712"},
    ]
    both = {"properties": ["Harbour Loft", "Studio, 2nd floor"]}
    sentence = "Harbour Loft, Studio, 2nd floor: Harbour Loft, Mon 1 to Wed 3 Feb 2027 open → closed; "
    sentence += "Studio, 2nd floor, Mon 1 Feb 2027 open → closed; text (changed)"
    assert describe_change({"target": both, "changes": rows}) == sentence
    period = {"properties": ["Harbour Loft"], "days": {"start_date": "2027-02-01", "end_date": "2027-02-03"}}
    changes = [{"what": "Mon 1 to Wed 3 Feb 2027", "before": "open", "after": "closed"}]
    text = "Harbour Loft: Mon 1 to Wed 3 Feb 2027 open → closed"
    assert describe_change({"target": period, "changes": changes}) == text


CONCERNED = {
    "send_message": "Wicker Park Walk-up, about reservation 0-HMDEMO0028-hos028, Sat 12 to Wed 16 Dec 2026, ",
    "update_conversation_note": "Wicker Park Walk-up, about reservation 0-HMDEMO0028-hos028, ",
    "update_property_group": "number 7101: ",
    "update_property_tag": "number 3301: ",
    "update_reservation_stay_status": "Harbour Studio, dates Sat 28 Nov to Wed 2 Dec 2026, "
    "reservation 0-HM03B0IH4S-v5179o: stay status not arrived yet → checked in",
    "update_task": "number 440001: date Tue 24 Nov 2026 → ",
}


async def test_the_trail_names_what_each_write_concerns_even_if_it_has_no_preview_of_its_own() -> None:
    sandbox = demo_sandbox()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        context = Context(client, CATALOGUE, now=Clock())
        calls = every_write(sandbox.accounts.main)
        for name, concerned in CONCERNED.items():
            tool = CATALOGUE[name]
            change: PlannedWrite[Any] = cast("Any", await tool.function(context, **tool.bind(calls[name])))
            assert describe_change(preview_of(tool, calls[name], change)).startswith(concerned)


NAMES = ("Camille", "Patrick", "Emil", "Noor", "Oskar", "Priya", "Mallory", "Anders", "Dmytro", "Fatima")
TEXTS = (
    "Good evening",
    "By train",
    "Quiet",
    "Thank you",
    "Likes tea",
    "Bring bulbs",
    "In the yard",
    "fridge",
)
PRIVATE = (*NAMES, *TEXTS, "Ana Modelo", "Rita", "@", "+351", "+45", "4711", "http", "hooks.", "Corrected")


async def test_no_text_name_contact_or_code_of_any_write_gets_into_the_trail() -> None:
    sandbox = demo_sandbox()
    transport = httpx2.ASGITransport(app=sandbox.app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        context = Context(client, CATALOGUE, now=Clock())
        for name, arguments in every_write(sandbox.accounts.main).items():
            tool = CATALOGUE[name]
            change: PlannedWrite[Any] = cast("Any", await tool.function(context, **tool.bind(arguments)))
            line = describe_change(preview_of(tool, arguments, change))
            assert [word for word in PRIVATE if word in line] == [], line
            assert len(line) < 440


async def test_what_a_guest_and_a_host_wrote_is_only_said_to_be_changed() -> None:
    preview = {
        "target": {
            "property_title": "Loft",
            "guest_name": "Ana Guest",
            "last_guest_message": "Code 77",
        },
        "changes": [
            {"what": "message", "after": "The door code is 4711"},
            {"what": "lock_code", "before": "set", "after": "4711"},
            {"what": "guest_name", "before": "Ana Guest", "after": "Eva"},
            {"what": "custom field Ana Guest", "after": "Ana Guest"},
            {"what": "number_of_guests", "before": 2, "after": 3},
        ],
    }
    line = "Loft: message (changed); door code (changed); guest (changed); text (changed); guests 2 → 3"
    assert describe_change(preview) == line


def test_an_entry_can_be_read_on_eighty_columns(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    AuditLog(path).record(
        time="2026-11-24T10:00:00.123+00:00",
        account="a1b2c3",
        tool="update_listing_prices",
        changed="Harbour Loft on Airbnb (9001): Fri 11 and Sat 12 Dec 2026 €148 → €163",
        confirmed="person",
        outcome="done",
        request_ids=["RT1"],
    )
    output = CliRunner().invoke(main, ["audit", "--file", str(path)], env={"COLUMNS": "80"}).stdout
    assert [line.strip() for line in output.splitlines() if line.strip()] == [
        "2026-11-24 10:00 update_listing_prices done, a person agreed",
        "Harbour Loft on Airbnb (9001): Fri 11 and Sat 12 Dec 2026 €148 → €163",
        "account a1b2c3, request RT1",
    ]


async def test_a_lost_answer_is_kept_as_unknown_with_its_request(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"

    async def plan() -> PlannedWrite[Any]:
        async def send() -> Any:
            raise OutcomeUnknown("The answer is lost.", operation="POST /x", request_id="RT1")

        return PlannedWrite(send, preview=Preview("Do it"))

    writes = Writes("a", "off", Clock(), AuditLog(path))
    with pytest.raises(OutcomeUnknown):
        await writes.run(write_call(set_price, {}, plan))
    (line,) = lines(path)
    assert (line["outcome"], line["request_ids"]) == ("outcome_unknown", ["RT1"])


async def test_a_change_is_in_the_trail_before_it_is_sent_and_its_outcome_takes_the_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "audit.jsonl"
    seen: list[Any] = []

    async def plan() -> PlannedWrite[Any]:
        async def send() -> Any:
            seen.extend(line["outcome"] for line in lines(path))
            AuditLog(path).record(outcome="of another process")

        return PlannedWrite(send, preview=Preview("Do it"))

    writes = Writes("a", "off", Clock(), AuditLog(path))
    await writes.run(write_call(set_price, {}, plan))
    assert seen == ["sending"]
    assert [line["outcome"] for line in lines(path)] == ["done", "of another process"]


async def test_an_outcome_that_does_not_fit_or_whose_line_was_rotated_away_gets_one_of_its_own(
    tmp_path: Path,
) -> None:
    path = tmp_path / "audit.jsonl"
    trail = AuditLog(path)
    trail.record(trail.reserve(outcome="sending"), outcome="done", request_ids=["RT1" * 400])
    assert [line["outcome"] for line in lines(path)] == ["sending", "done"]
    line = trail.reserve(outcome="sending")
    path.write_bytes(b"")
    trail.record(line, outcome="declined")
    assert [line["outcome"] for line in lines(path)] == ["declined"]


@pytest.mark.parametrize("confirm", ["off", "token"])
async def test_a_change_that_cannot_be_recorded_is_not_sent_and_its_token_is_not_used_up(
    tmp_path: Path, confirm: str
) -> None:
    path = tmp_path / "audit.jsonl"
    desk = Desk()
    desk.writes = Writes("a1b2", confirm, desk.clock, AuditLog(path))
    token = (await desk.ask()).get("confirmation_token") if confirm == "token" else None
    sent = list(desk.price.sent)
    path.unlink(missing_ok=True)
    path.mkdir()
    with pytest.raises(Blocked) as refused:
        await desk.ask(token=token)
    assert "HOSTEX_MCP_AUDIT_LOG" in str(refused.value.hint)
    assert desk.price.sent == sent == []
    path.rmdir()
    assert (await desk.ask(token=token))["status"] == "done"


async def test_an_outcome_that_cannot_be_recorded_any_more_is_told_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "audit.jsonl"

    async def plan() -> PlannedWrite[Any]:
        async def send() -> Any:
            path.unlink()
            path.mkdir()

        return PlannedWrite(send, preview=Preview("Do it"))

    writes = Writes("a", "off", Clock(), AuditLog(path))
    result: Any = await writes.run(write_call(set_price, {}, plan))
    assert result["status"] == "done"
    assert "is not in the audit trail" in caplog.text


async def test_over_http_the_lines_go_to_a_logger_of_their_own(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.writes = Writes("a1b2", "off", desk.clock, AuditLog(log=True))
    with caplog.at_level("INFO", "hostex_mcp.audit"):
        await desk.ask()
    (record,) = caplog.records
    line = json.loads(record.getMessage())
    assert (record.name, line["account"], line["outcome"]) == ("hostex_mcp.audit", "a1b2", "done")


async def test_request_ids_of_accepted_writes_are_collected() -> None:
    with receipts() as ids:
        accepted("RT1")
        accepted(None)
        accepted("RT2")
    accepted("RT3")
    assert ids == ["RT1", "RT2"]


def test_the_command_shows_and_filters_the_trail(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    trail = AuditLog(path)
    trail.record(time="2026-11-23T10:00:00", tool="send_message", outcome="done", confirmed="person")
    trail.record(time="2026-11-24T10:00:00", tool="create_task", outcome="done", confirmed="not needed")
    trail.record(time="2026-11-24T11:00:00", tool="send_message", outcome="declined")

    def shown(*options: str) -> list[str]:
        done = CliRunner().invoke(main, ["audit", "--file", str(path), "--json", *options])
        return [json.loads(line)["time"] for line in done.stdout.splitlines()]

    assert len(shown()) == 3
    assert shown("--tool", "send_message") == ["2026-11-23T10:00:00", "2026-11-24T11:00:00"]
    assert shown("--outcome", "declined") == ["2026-11-24T11:00:00"]
    assert shown("--since", "2026-11-24", "--last", "1") == ["2026-11-24T11:00:00"]
    table = CliRunner().invoke(main, ["audit", "--file", str(path)]).stdout
    assert "send_message" in table


def test_an_outcome_takes_the_place_of_no_line_of_a_file_that_was_rotated(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    trail = AuditLog(path)
    slow = trail.reserve(tool="send_message", outcome="sending")
    path.rename(tmp_path / "audit.jsonl.1")
    trail.reserve(tool="cancel_reservation", outcome="sending")
    trail.record(slow, tool="send_message", outcome="done")
    kept = [(line["tool"], line["outcome"]) for line in lines(path)]
    assert kept == [("cancel_reservation", "sending"), ("send_message", "done")]


@pytest.mark.parametrize("line", [b"[1]", b"null", b"[" * 100_000, b"\xff\xfe", b'"x"'])
def test_a_line_of_the_trail_that_is_no_entry_is_named_by_its_number(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b'{"tool": "send_message"}\n' + line + b"\n")
    done = CliRunner().invoke(main, ["audit", "--file", str(path)])
    assert (done.exit_code, "line 2 is not an entry" in done.stderr) == (2, True)


def test_an_entry_may_hold_what_ends_a_line_in_unicode(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text('{"tool": "send_message", "asked_by": "A\u2028B\x85C"}\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["audit", "--file", str(path)])
    assert (done.exit_code, "send_message" in done.stdout) == (0, True)


@pytest.mark.parametrize("content", [None, "not json\n"])
def test_a_trail_that_cannot_be_read_is_one_line(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "audit.jsonl"
    if content:
        path.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(main, ["audit", "--file", str(path)])
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1


def test_without_a_trail_the_command_says_how_to_keep_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOSTEX_MCP_AUDIT_LOG", raising=False)
    done = CliRunner().invoke(main, ["audit"])
    assert done.exit_code == 2
    assert "HOSTEX_MCP_AUDIT_LOG" in done.stderr


async def test_no_short_secret_can_be_guessed_from_the_digests_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    arguments = {"stay_code": "5-DEMO30PAT", "lock_code": "4711"}
    transport = httpx2.ASGITransport(app=demo_sandbox().app)
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as client:
        selection = select(["all"])
        context = Context(client, selection.reachable, now=Clock())
        engine = Engine(selection, context, "off", audit=AuditLog(path))
        await engine.call("update_reservation_checkin_details", arguments)
    [line] = lines(path)
    bound = CATALOGUE["update_reservation_checkin_details"].bind(arguments)
    assert line["outcome"] == "done"
    assert len(line["arguments"]) == 64
    assert line["arguments"] != digest(bound)
