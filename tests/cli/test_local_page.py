"""The page on the user's own machine: who reaches it, what it decides, and what the model learns of it."""

import logging
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import anyio
import httpx2
import pytest

from hostex_mcp.cli.local_page import open_in_browser
from tests.cli.local_machine import BOOKING, THREAD, Machine, click, fields, machine
from tests.support.previewing import changed
from tests.support.requests_sent import sent

pytestmark = pytest.mark.anyio

CANCELLED = "DELETE /reservations/{reservation_code}"
MESSAGE = "POST /conversations/{conversation_id}"


@pytest.fixture
async def here() -> AsyncIterator[Machine]:
    async with machine() as here:
        yield here


async def test_the_first_change_that_waits_is_opened_in_the_browser_and_its_secret_told_to_nobody_else(
    here: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await here.ask()
    assert told["status"] == "waiting_for_person"
    (url,) = here.opened
    assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/[\w-]{{32}}/changes/{told['change_id']}", url)
    secret = url.split("/")[3]
    assert secret not in str(told)
    assert secret not in capsys.readouterr().err
    await here.ask()
    assert len(here.opened) == 1


async def test_a_person_who_approves_on_the_page_makes_it_happen_once(here: Machine) -> None:
    told = await here.ask()
    async with here.browser() as browser:
        before = fields((await browser.get(here.opened[0])).text)
        page = await click(browser, here.opened[0], "approve")
        assert "It is done." in page.text
        again = await browser.post(
            here.opened[0], data=before | {"decision": "approve"}, headers={"Origin": here.origin}
        )
    assert again.status_code == 303
    assert changed(here.sandbox) == [CANCELLED]
    assert (await here.ask(**BOOKING, change_id=told["change_id"]))["status"] == "done"


async def test_a_person_who_declines_on_the_page_ends_it(here: Machine) -> None:
    told = await here.ask()
    async with here.browser() as browser:
        assert "Nothing was changed." in (await click(browser, here.opened[0], "decline")).text
    assert (await here.ask(**BOOKING, change_id=told["change_id"]))["status"] == "declined"
    assert changed(here.sandbox) == []


async def test_looking_decides_nothing(here: Machine) -> None:
    await here.ask()
    async with here.browser() as browser:
        for query in ("", "?decision=approve", "?change=1&decision=approve"):
            assert (await browser.get(here.opened[0] + query)).status_code == 200
        assert (await browser.head(here.opened[0])).status_code in (200, 405)
    assert changed(here.sandbox) == []


async def test_several_are_decided_at_once_each_on_its_own_preview(here: Machine) -> None:
    await here.ask()
    await here.ask("send_message", **THREAD)
    base = here.opened[0].rpartition("/")[0]
    async with here.browser() as browser:
        tickets = re.findall(r'type="checkbox" name="change" value="([^"]*)"', (await browser.get(base)).text)
        assert len(tickets) == 2
        form = {"change": tickets, "decision": "approve"}
        await browser.post(base, data=form, headers={"Origin": here.origin})
    assert sorted(changed(here.sandbox)) == sorted([CANCELLED, MESSAGE])


async def test_a_message_is_sent_as_the_person_edited_it(here: Machine) -> None:
    told = await here.ask("send_message", **THREAD)
    async with here.browser() as browser:
        page = await click(browser, here.opened[0], "approve", text="The key is at the desk.\r\nSee you!")
    assert "It is done." in page.text
    assert [body and body["message"] for body in sent(here.sandbox, MESSAGE)] == [
        "The key is at the desk.\nSee you!"
    ]
    outcome = await here.ask("send_message", **THREAD, change_id=told["change_id"])
    assert outcome["result"]["message"] == "The key is at the desk.\nSee you!"


async def test_an_edited_text_that_cannot_be_sent_is_said_and_kept(here: Machine) -> None:
    await here.ask("send_message", **THREAD)
    async with here.browser() as browser:
        for text in (" ", "x" * 10_001):
            page = await click(browser, here.opened[0], "approve", text=text)
            assert page.status_code == 400
            assert text.strip() in page.text
    assert changed(here.sandbox) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "HERE", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "HERE", "Host": "evil.example"},
        {"Origin": "HERE", "Host": "localhost"},
    ],
)
async def test_a_form_from_elsewhere_decides_nothing(here: Machine, headers: dict[str, str]) -> None:
    await here.ask()
    brought = {name: here.origin if value == "HERE" else value for name, value in headers.items()}
    async with here.browser() as browser:
        form = fields((await browser.get(here.opened[0])).text) | {"decision": "approve"}
        refused = await browser.post(here.opened[0], data=form, headers=brought)
    assert refused.status_code in (403, 404)
    assert changed(here.sandbox) == []


async def test_a_form_of_another_change_or_with_a_made_up_ticket_decides_nothing(here: Machine) -> None:
    await here.ask()
    waiting = await here.ask("send_message", **THREAD)
    (first,) = here.opened
    second = f"{first.rpartition('/')[0]}/{waiting['change_id']}"
    async with here.browser() as browser:
        form = fields((await browser.get(first)).text) | {"decision": "approve"}
        for ticket in (form["change"], f"{form['change'][:-1]}x", "", "é"):
            refused = await browser.post(
                second, data=form | {"change": ticket}, headers={"Origin": here.origin}
            )
            assert refused.status_code == 403
    assert changed(here.sandbox) == []


async def test_without_the_secret_there_is_nothing_to_see(here: Machine) -> None:
    told = await here.ask()
    async with here.browser() as browser:
        texts: set[str] = set()
        for path in (
            f"/changes/{told['change_id']}",
            f"/{'x' * 32}/changes/{told['change_id']}",
            f"/{here.opened[0].split('/')[3]}/made-up",
            "/changes",
        ):
            answer = await browser.get(here.origin + path)
            assert answer.status_code == 404
            texts.add(answer.text)
        base = here.opened[0].rpartition("/")[0]
        texts.add((await browser.get(f"{base}/made-up")).text)
    assert len(texts) == 1


async def test_no_website_can_frame_the_page_or_read_its_address(here: Machine) -> None:
    await here.ask()
    async with here.browser() as browser:
        headers = (await browser.get(here.opened[0])).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("same-origin", "no-store")


async def test_what_was_done_can_be_taken_back_from_the_page_after_a_look(here: Machine) -> None:
    field = {"stay_code": "5-DEMO30PAT", "custom_fields": {"wifi": "hello"}}
    await here.ask("update_reservation_custom_fields", **field)
    async with here.browser() as browser:
        await click(browser, here.opened[0], "approve")
        asked = await click(browser, here.opened[0], "undo")
        assert "waits for you" in asked.text
        assert (len(changed(here.sandbox)), len(here.opened)) == (1, 1)
        await click(browser, str(asked.url), "approve")
    assert len(changed(here.sandbox)) == 2


async def test_without_a_screen_the_address_is_on_standard_error_and_not_in_the_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where an earlier test has set up the log, the line would be among its lines.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    async with machine(screen=False) as here:
        told = await here.ask()
        (url,) = here.opened
        line = f"hostex-mcp: a change waits for you to approve or decline it: {url}\n"
        assert capsys.readouterr().err == line
        assert url.split("/")[3] not in str(told)


async def test_the_address_is_in_the_answer_where_the_operator_says_so() -> None:
    async with machine(told=True) as here:
        told = await here.ask()
        assert here.opened[0] in told["next_step"]


def test_no_browser_is_opened_where_there_is_no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("webbrowser.open", pytest.fail)
    assert open_in_browser("http://127.0.0.1:1/") is False


def test_the_usual_browser_is_opened_on_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_it(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("webbrowser.open", open_it)
    assert open_in_browser("http://127.0.0.1:1/") is True
    assert opened == ["http://127.0.0.1:1/"]


async def status_for_another_user(url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """What a user of this machine who is not ours is answered at an address."""
    if os.getuid() != 0:
        # Only root can act for others; so we become another one for the server.
        monkeypatch.setattr(os, "getuid", lambda: 60_000)
        async with httpx2.AsyncClient() as client:
            return (await client.get(url)).status_code
    parts = urlsplit(url)
    script = (
        f"exec 3<>/dev/tcp/127.0.0.1/{parts.port}; "
        f"printf 'GET {parts.path} HTTP/1.1\\r\\nHost: {parts.netloc}\\r\\n' >&3; "
        "printf 'Connection: close\\r\\n\\r\\n' >&3; "
        "head -1 <&3"
    )
    answer = await anyio.run_process(["/bin/bash", "-c", script], user=65_534, cwd="/")
    return int(answer.stdout.split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell whose a connection is")
async def test_another_user_of_the_machine_who_has_seen_the_address_gets_nothing(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.ask()
    async with here.browser() as browser:
        assert (await browser.get(here.opened[0])).status_code == 200
    assert await status_for_another_user(here.opened[0], monkeypatch) == 404


async def test_a_decision_that_is_none_decides_nothing(here: Machine) -> None:
    told = await here.ask()
    async with here.browser() as browser:
        assert (await click(browser, here.opened[0], "maybe")).status_code == 403
        assert "It is done." in (await click(browser, here.opened[0], "approve")).text
    assert (await here.ask(**BOOKING, change_id=told["change_id"]))["status"] == "done"


def test_on_a_mac_the_command_line_of_the_browser_shows_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_it(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("webbrowser.open", open_it)
    assert open_in_browser("http://127.0.0.1:1/secret/changes/1") is True
    (shown,) = opened
    assert "secret" not in shown
    page = Path(url2pathname(urlsplit(shown).path))
    assert "http://127.0.0.1:1/secret/changes/1" in page.read_text()
    assert page.parent.stat().st_mode & 0o077 == 0
