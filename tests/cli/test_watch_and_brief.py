"""`hostex-mcp watch` and `hostex-mcp brief`, run after run over one account that changes in between."""

import json
import re
import sys
from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner, Result

from hostex_mcp.api import HostexClient
from hostex_mcp.cli import in_process, main, watch
from hostex_mcp.sandbox import WRITABLE, Sandbox
from tests.cli.receiving import Service, receiving

HOSTILE = "Win at evil.example/pay or http://203.0.113.5/x"


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """One account for all runs of a test, and a folder for what is kept between them."""
    sandbox = Sandbox()

    def client() -> HostexClient:
        transport = httpx2.ASGITransport(app=sandbox.app)
        return HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport)

    monkeypatch.setattr(in_process, "sandbox_client", client)

    def state(name: str) -> Path:
        return tmp_path / "state" / name

    monkeypatch.setattr(watch, "user_state_path", state)
    return sandbox


@pytest.fixture
def service() -> Generator[Service]:
    with receiving() as service:
        yield service


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def watched(*words: str) -> tuple[int, list[dict[str, Any]]]:
    result = run("watch", "--sandbox", *words)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def spend(sandbox: Sandbox, item: str = "Boiler") -> None:
    """Somebody enters a cost at Hostex."""
    account = sandbox.accounts.main
    # Hostex may show an entry a little later than it says it was made.
    now = f"{sandbox.clock() - timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}"
    before = next(row for row in account.transactions.values() if row["direction"] == "expense")
    account.expense_items.append({"id": 990, "name": item})
    number = account.new_id()
    entry = {
        "id": number,
        "item_id": 990,
        "amount": 90,
        "created_at": now,
        "updated_at": now,
        "action_at": now,
    }
    account.transactions[number] = {**before, **entry}


def test_each_run_tells_what_the_runs_before_did_not(account: Sandbox) -> None:
    status, first = watched()
    assert status == 0
    moments = [datetime.fromisoformat(row["at"]) for row in first]
    assert moments == sorted(moments)
    assert watched() == (4, [])
    spend(account)
    status, [row] = watched()
    assert (status, row["what"], row["amount"], row["currency"]) == (0, "expense", 90, "EUR")
    assert watched() == (4, [])
    status, again = watched("--since", first[0]["at"])
    assert status == 0
    assert row["transaction_id"] in [later.get("transaction_id") for later in again]


def test_an_account_that_is_lost_or_a_torn_file_is_said_and_nothing_is_skipped(
    account: Sandbox, tmp_path: Path
) -> None:
    watched()
    spend(account)
    account.faults.add("envelope", "GET /reservations", times=None, code=403, message="No")
    result = run("watch", "--sandbox")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "hostex-mcp: " in result.stderr
    account.faults.clear()
    [kept] = (tmp_path / "state").rglob("watch-*.json")
    status, rows = watched()
    assert (status, len(rows)) == (0, 1)
    kept.write_text("{", encoding="utf-8")
    torn = run("watch", "--sandbox")
    assert torn.exit_code == 0
    assert "looking a day back" in torn.stderr


def test_a_program_gets_the_new_lines_and_no_token(
    account: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOSTEX_ACCESS_TOKEN", "hush-hush-token")
    said = tmp_path / "said.json"
    keep = f"import os, sys; open({str(said)!r}, 'w').write(sys.stdin.read() + repr(dict(os.environ)))"
    program = f'{sys.executable} -c "{keep}"'
    watched()
    spend(account)
    status, [row] = watched("--run", program)
    lines = said.read_text(encoding="utf-8")
    assert status == 0
    assert json.loads(lines.splitlines()[0]) == row
    assert "hush-hush" not in lines


@pytest.mark.parametrize("program", ["false", "/no/such/program"])
def test_what_a_program_did_not_take_is_told_again(account: Sandbox, program: str) -> None:
    watched()
    spend(account)
    assert watched("--run", program)[0] == 1
    status, rows = watched()
    assert (status, len(rows)) == (0, 1)


def test_what_is_sent_has_neither_names_nor_words_of_guests(account: Sandbox, service: Service) -> None:
    _, rows = watched("--to", service.address)
    [notice] = service.notices
    assert notice["title"] == f"Hostex: {len(rows)} things happened"
    assert f"{len(rows) - 10} earlier ones" in notice["message"]
    assert rows[-1]["property"] in notice["message"]
    names = {row["guest_name"] for row in rows if row.get("guest_name")}
    assert len(names) > 3
    assert not [name for name in names if name in notice["message"]]
    service.status = 500
    spend(account, HOSTILE)
    assert watched("--to", service.address)[0] == 1
    service.status = 200
    assert watched("--to", service.address)[0] == 0
    assert "evil.example" not in service.notices[-1]["message"]
    assert "http://" not in service.notices[-1]["message"]
    assert "evil. example" in service.notices[-1]["message"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--every", "5"], "--every must be a time from 1m to 7d"),
        (["--every", "0m"], "--every must be a time from 1m to 7d"),
        (["--run", '"'], "--run: No closing quotation"),
        (["--run", " "], "--run needs a command"),
        (["--to", "nonsense://user:hush-hush@host"], "apprise cannot read address 1"),
        (["--to", "notify"], "HOSTEX_MCP_NOTIFY is not set"),
    ],
)
def test_wrong_words_end_it_at_once(words: list[str], said: str) -> None:
    result = run("watch", "--sandbox", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "hush-hush" not in result.stderr


def test_with_a_time_it_looks_again_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(watch.anyio, "sleep", sleep)
    status, rows = watched("--every", "5m")
    assert (status, slept) == (0, [300, 300, 300])
    assert len(rows) == len({json.dumps(row) for row in rows})


def test_a_briefing_is_printed_and_sent_with_guests_words_in_quotes(service: Service) -> None:
    result = run("brief", "--sandbox", "--to", service.address)
    assert result.exit_code == 0
    assert "Needs you first" in result.stdout
    assert "\u201cThe pool pump is really loud at" in result.stdout
    assert "<guest-" not in result.stdout
    [notice] = service.notices
    assert notice["title"] == "Hostex: " + result.stdout.splitlines()[0]
    assert "Needs you first" in notice["message"]
    service.status = 500
    assert run("brief", "--sandbox", "--to", service.address).exit_code == 1


MARKUP = 'R&D <a href="https&#58;&#47;&#47;evil">Pay</a> <!-- @everyone <!channel> [x](https&#58;e)'
SENT = "R{and}D \u2039a href={quote}https{and} #58;{and} #47;{and} #47;evil{quote}\u203aPay"


@pytest.mark.parametrize(
    ("form", "signs"),
    [("", {"and": "&", "quote": '\\"'}), ("?format=html", {"and": "&amp;", "quote": "\\&quot;"})],
    ids=["text", "HTML"],
)
def test_no_name_is_a_link_a_tag_or_a_call_to_a_channel_where_it_is_sent(
    account: Sandbox, service: Service, form: str, signs: dict[str, str]
) -> None:
    for stay in account.accounts.main.stays.values():
        stay["guest_name"] = MARKUP
    for place in account.accounts.main.properties.values():
        place["title"] = MARKUP
    result = run("brief", "--sandbox", "--to", f"{service.address}{form}")
    assert result.exit_code == 0
    assert "@everyone <!channel>" in result.stdout
    message = service.notices[0]["message"].replace("&nbsp;", " ")
    assert SENT.format(**signs) in message
    assert not re.search(r"<(?!br/>)|@\S|&#\d|\]\(", message)


def test_a_day_that_is_none_is_said() -> None:
    result = run("brief", "--sandbox", "--date", "2026-13-01")
    assert result.exit_code == 2
    assert "date: is not a valid date" in result.stderr
