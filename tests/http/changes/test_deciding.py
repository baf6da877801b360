"""A person decides on what an app asked for."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.store.records import Credential
from hostex_mcp.sandbox.tokens import TOKENS
from hostex_mcp.server.changes.record import State
from tests.http.changing import (
    after,
    asked,
    call,
    connected,
    drafted,
    find_form,
    kept,
    listed,
    opened,
    press,
    prices,
    reprice,
    send,
    sent,
    tick,
)
from tests.http.connecting import deployment
from tests.http.html_pages import Html, changed
from tests.http.keeping import a_grant

pytestmark = pytest.mark.anyio


async def test_the_page_says_who_asks_for_what_from_what_to_what_and_until_when(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        page = await opened(person, change_id)
        assert page.headings == ["Set prices of Harbour Loft on Airbnb (the listing that ends in 0101)"]
        assert "Claude asked for this today at 12:00 UTC waits for you" in page.text
        assert "Fri 11 and Sat 12 Dec 2026 €148 → €163" in page.text
        assert "You can decide until today at 12:10 UTC, in 10 minutes." in page.text
        assert [button["value"] for button in page.all("button")] == ["approve", "decline"]
        assert not page.all("script")


async def test_approving_makes_the_change_at_once_and_shows_the_outcome_with_its_undo(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, grant := await connected(person))
        assert sent(person) == []
        page = await after(person, await press(person, change_id, "approve"))
        assert sent(person) == ["POST /listings/prices"]
        assert "It is done. Approved by the owner, today at 12:00 UTC" in page.text
        assert [button["value"] for button in page.all("button")] == ["undo"]
        answer = await call(person, grant, "update_listing_prices", {**prices(), "change_id": change_id})
        assert answer["status"] == "done"
        assert sent(person) == ["POST /listings/prices"]


async def test_declining_changes_nothing_for_good(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, grant := await connected(person))
        before = await opened(person, change_id)
        page = await after(person, await press(person, change_id, "decline"))
        assert "Nothing was changed. Declined by the owner, today at 12:00 UTC" in page.text
        assert not page.all("button")
        again = await after(person, await send(person, change_id, before, "approve"))
        assert "Declined by the owner" in again.text
        assert sent(person) == []
        answer = await call(person, grant, "update_listing_prices", {**prices(), "change_id": change_id})
        assert answer["status"] == "declined"


async def test_looking_decides_nothing_whatever_the_address_says(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        ticket = (await opened(person, change_id)).value("change")
        for path in (f"/changes/{change_id}", "/changes"):
            for method in ("GET", "HEAD"):
                answer = await person.http.request(
                    method,
                    path,
                    params={"decision": "approve", "change": ticket},
                    headers={"cookie": f"__Host-hostex={person.browser.id}"},
                )
                assert answer.status_code == 200
        assert (await kept(person, change_id)).state is State.WAITING
        assert sent(person) == []


async def test_no_page_of_changes_can_be_framed_or_stored_or_runs_anything(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        for path in ("/changes", f"/changes/{change_id}", "/changes/unknown"):
            headers = (await person.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "script-src" not in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"
            assert headers["cache-control"] == "no-store"


async def test_a_click_on_what_has_moved_sends_nothing_and_shows_how_it_is_now(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        before = await opened(person, change_id)
        reprice(person, 150)
        page = await after(person, await send(person, change_id, before, "approve"))
        assert sent(person) == []
        assert "Something has changed since you were asked Nothing was done yet." in page.text
        assert "€150 → €163" in page.text
        old = await after(person, await send(person, change_id, before, "approve"))
        assert "€150 → €163" in old.text
        assert sent(person) == []
        done = await after(person, await send(person, change_id, page, "approve"))
        assert "It is done." in done.text
        assert sent(person) == ["POST /listings/prices"]


async def test_a_click_after_the_time_is_up_changes_nothing(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        before = await opened(person, change_id)
        person.clock.advance(minutes=10)
        page = await after(person, await send(person, change_id, before, "approve"))
        assert "Nobody decided in time, so nothing was changed." in page.text
        assert not page.all("button")
        assert sent(person) == []


async def test_two_clicks_at_once_make_the_change_once(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        page = await opened(person, change_id)
        answers = await asyncio.gather(*(send(person, change_id, page, "approve") for _ in range(4)))
        assert [answer.status_code for answer in answers] == [303] * 4
        assert sent(person) == ["POST /listings/prices"]
        assert (await kept(person, change_id)).state is State.DONE


async def test_undo_asks_for_a_change_of_its_own_that_is_decided_on_its_own_preview(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        first = await asked(person, await connected(person))
        await press(person, first, "approve")
        answer = await press(person, first, "undo")
        second = answer.headers["location"].removeprefix("/changes/")
        assert second != first
        page = await after(person, answer)
        assert "You asked for this" in page.text
        assert "→ €148" in page.text
        assert sent(person) == ["POST /listings/prices"]
        await press(person, second, "approve")
        assert sent(person) == ["POST /listings/prices"] * 2


async def test_what_was_undone_offers_no_undo_and_a_model_reads_which_change_did_it_and_who_asked(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        first = await asked(person, grant)
        await press(person, first, "approve")
        assert Html((await person.get("/changes")).text).text.count("Can be undone") == 1
        second = (await press(person, first, "undo")).headers["location"].removeprefix("/changes/")
        await press(person, second, "approve")
        page = await opened(person, first)
        assert "It was done, and undone since." in page.text
        assert page.all("button") == []
        assert "Can be undone" not in Html((await person.get("/changes")).text).text
        rows = {row["change_id"]: row for row in (await call(person, grant, "list_changes", {}))["items"]}
        assert (rows[first]["undone_by"], "undo" in rows[first]) == (second, False)
        assert (rows[first]["asked_by"], rows[second]["asked_by"]) == ("Claude", "the owner")


async def test_an_undo_that_an_app_asked_for_before_is_the_persons_once_they_ask_for_it_too(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        first = await asked(person, grant)
        await press(person, first, "approve")
        undo = ((await kept(person, first)).outcome or {})["undo"]
        second = (await call(person, grant, undo["tool"], undo["arguments"]))["change_id"]
        assert "Claude asked for this" in (await opened(person, second)).text
        # Meanwhile somebody else moves the price: the page shows it anew.
        reprice(person, 155)
        for _ in range(2):
            answer = await press(person, first, "undo")
            assert answer.headers["location"] == f"/changes/{second}"
            page = await after(person, answer)
            assert "You asked for this" in page.text
            assert "€155 → €148" in page.text
            assert "Something has changed since you were asked" in page.text


async def test_what_only_the_team_sees_is_undone_at_once(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        change_id = await asked(person, grant)
        change = await kept(person, change_id)
        note = {"conversation_id": "0-2200000039-thr039", "note": "as it was"}
        undo = {"tool": "update_conversation_note", "arguments": note}
        done = replace(change, state=State.DONE, outcome={"status": "done", "undo": undo})
        assert await person.deps.store.changes.replace(change, done)
        page = await after(person, await press(person, change_id, "undo"))
        assert "It was undone." in page.text


async def test_the_list_shows_what_waits_with_its_preview_and_what_was_decided(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        await press(person, await asked(person, grant, 150), "decline")
        await press(person, await asked(person, grant, 155), "approve")
        await asked(person, grant, 163)
        page = await listed(person)
        assert page.headings == ["A change waits for you"]
        assert "€163" in page.text
        assert "declined Claude. Declined by the owner, today at 12:00 UTC" in page.text
        assert "done Claude. Approved by the owner, today at 12:00 UTC. Can be undone" in page.text


async def test_several_are_decided_at_once_and_only_what_is_ticked(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        first, second, third = [await asked(person, grant, price) for price in (150, 155, 160)]
        page = await after(person, await tick(person, "decline", first))
        assert "1 declined." in page.text
        message = await drafted(person, grant)
        page = await after(person, await tick(person, "approve", second, message))
        assert "2 done." in page.text
        assert sorted(sent(person)) == ["POST /conversations/{conversation_id}", "POST /listings/prices"]
        states = [(await kept(person, change_id)).state for change_id in (first, second, third, message)]
        assert states == [State.DECLINED, State.DONE, State.WAITING, State.DONE]


async def test_of_several_the_one_that_moved_is_left_waiting(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        price, message = await asked(person, grant), await drafted(person, grant)
        source = await listed(person)
        reprice(person, 151)
        fields = [("change", box["value"]) for box in source.all("input", name="change")]
        page = await after(person, await person.post("/changes", [*fields, ("decision", "approve")]))
        assert "1 done, 1 changed meanwhile: look again." in page.text
        assert (await kept(person, price)).state is State.STALE
        assert (await kept(person, message)).state is State.DONE


async def test_nothing_ticked_decides_nothing_and_says_so(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        answer = await person.post("/changes", [("decision", "approve")])
        assert answer.status_code == 400
        assert "Tick at least one change" in Html(answer.text).title
        assert (await kept(person, change_id)).state is State.WAITING


async def test_of_very_many_the_newest_are_listed_and_that_there_are_more_is_said(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        for number in range(27):
            await asked(person, grant, 150 + number)
            person.clock.advance(seconds=1)
        page = await listed(person)
        assert page.headings == ["27 changes wait for you"]
        assert "These are the newest 25; 2 more wait, and are listed as soon as you have decided" in page.text
        assert "€176" in page.text
        assert "€151" not in page.text


async def test_another_browser_gets_the_page_of_what_does_not_exist(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        other = person.elsewhere()
        assert (await listed(other)).headings == ["Nothing waits for you"]
        foreign, unknown = [await other.get(f"/changes/{name}") for name in (change_id, "0" * 32)]
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.text == unknown.text
        mine = await opened(person, change_id)
        posted = [await send(other, name, mine, "approve") for name in (change_id, "0" * 32)]
        assert [answer.status_code for answer in posted] == [404, 404]
        assert {answer.text for answer in posted} == {foreign.text}
        assert sent(person) == []


async def test_who_may_not_see_a_change_is_not_told_whether_it_was_decided_or_has_expired(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        done, expired = await asked(person, grant), await asked(person, grant, 170)
        await press(person, done, "approve")
        person.clock.advance(minutes=11)
        other = person.elsewhere()
        pages = {(await other.get(f"/changes/{name}")).text for name in (done, expired, "unknown", "%00")}
        assert len(pages) == 1


async def test_whoever_shows_the_token_decides_in_another_browser_for_ten_minutes(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await drafted(person, await connected(person))
        other = person.elsewhere()
        form = changed(find_form((await other.get("/changes")).text), decision="find", token=TOKENS.WRITABLE)
        answer = await other.post("/changes", form)
        page = await after(other, answer)
        assert page.headings == ["A change waits for you"]
        assert TOKENS.WRITABLE not in answer.headers["location"] + page.source
        [link] = [link["href"] for link in page.all("a") if change_id in link["href"]]
        third = person.elsewhere()
        third.browser = Browser("t" * 43, new=False)
        assert (await third.get(link)).status_code == 404
        alone = Html((await other.get(link)).text)
        person.clock.advance(minutes=10)
        assert (await other.get(link)).status_code == 404
        assert (await send(other, change_id, alone, "approve")).status_code == 404
        assert sent(person) == []
        person.clock.advance(minutes=-1)
        page = await after(other, await send(other, change_id, alone, "approve", text="Good evening"))
        assert "It is done. Approved by someone with the Hostex token, today" in page.text
        assert sent(person) == ["POST /conversations/{conversation_id}"]


async def test_a_token_of_another_account_shows_nothing_of_this_one(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await asked(person, await connected(person))
        other = person.elsewhere()
        form = changed(find_form((await other.get("/changes")).text), decision="find", token=TOKENS.SECOND)
        page = await after(other, await other.post("/changes", form))
        assert page.headings == ["Nothing waits for you"]


async def test_when_the_connection_ends_its_changes_are_gone(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        change_id = await asked(person, grant)
        page = await opened(person, change_id)
        await person.deps.credentials.end(grant.grant_id, "disconnected")
        assert (await send(person, change_id, page, "approve")).status_code == 404
        assert (await listed(person)).headings == ["Nothing waits for you"]
        assert sent(person) == []


async def test_while_hostex_is_away_it_still_waits(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        person.sandbox.faults.add("http", operation="POST /listings/calendar", times=None, status=503)
        answer = await press(person, change_id, "approve")
        assert answer.status_code == 503
        page = Html(answer.text)
        assert page.title.startswith("Problem: ")
        assert [button["value"] for button in page.all("button")] == ["approve", "decline"]
        assert (await kept(person, change_id)).state is State.WAITING
        assert sent(person) == []


async def test_a_demo_offers_its_accounts_to_decide_with(tmp_path: Path) -> None:
    tokens = tuple(TOKENS.items())
    async with deployment(tmp_path, sandbox=True, demo_tokens=tokens) as person:
        await asked(person, await connected(person))
        other = person.elsewhere()
        page = await listed(other)
        assert "Which demo account?" in page.text
        assert not page.all("input", type="password")
        form = changed(find_form(page.source), decision="find", token=TOKENS.WRITABLE)
        page = await after(other, await other.post("/changes", form))
        assert page.headings == ["A change waits for you"]


async def test_of_a_token_with_very_many_connections_the_newest_count_and_that_is_said(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as person:
        first = await connected(person)
        await asked(person, first)
        for number in range(25):
            person.clock.advance(seconds=1)
            credential = Credential("token", SecretStr(TOKENS.WRITABLE))
            grant = a_grant(grant_id=f"{number:032x}", created_at=person.clock())
            await person.deps.store.grants.add(grant, credential)
        other = person.elsewhere()
        form = changed(find_form((await other.get("/changes")).text), decision="find", token=TOKENS.WRITABLE)
        page = await after(other, await other.post("/changes", form))
        assert page.headings == ["Nothing waits for you"]
        assert "This token has more than 25 connections: what follows is of the newest 25." in page.text
        assert (await listed(person)).headings == ["A change waits for you"]
