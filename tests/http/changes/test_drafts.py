"""A message to a guest waits as a draft: what is sent is what the person saw."""

from pathlib import Path

import pytest

from hostex_mcp.server.changes.record import State
from tests.http.changing import (
    THREAD,
    after,
    call,
    connected,
    drafted,
    kept,
    listed,
    opened,
    press,
    sent,
    tick,
)
from tests.http.connecting import Person, deployment

pytestmark = pytest.mark.anyio
SENT = ["POST /conversations/{conversation_id}"]


def last_message(person: Person) -> str:
    thread = person.sandbox.accounts.main.conversations[THREAD]
    return str(thread["messages"][0]["content"])


def textarea(source: str) -> str:
    """What a browser shows in the only text area of a page: the first line break is not part of it."""
    start = source.index(">\n", source.index("<textarea")) + 2
    return source[start : source.index("</textarea>")]


async def test_a_draft_stands_in_a_field_and_is_sent_as_it_is(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        text = "\nGood evening,\n\nsee you  soon"
        change_id = await drafted(person, await connected(person), text)
        page = await opened(person, change_id)
        assert textarea(page.source) == text
        assert [button["value"] for button in page.all("button")] == ["approve", "decline"]
        await press(person, change_id, "approve", text=text.replace("\n", "\r\n"))
        assert sent(person) == SENT
        assert last_message(person) == text.strip()


async def test_what_the_person_made_of_it_is_sent_and_nothing_else(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await drafted(person, grant := await connected(person))
        await press(person, change_id, "approve", text="Good morning 🌞")
        assert sent(person) == SENT
        assert last_message(person) == "Good morning 🌞"
        answer = await call(
            person,
            grant,
            "send_message",
            {"conversation_id": THREAD, "message": "Good evening", "change_id": change_id},
        )
        assert answer["status"] == "done"
        assert sent(person) == SENT


async def test_ten_thousand_emoji_fit_into_a_form(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await drafted(person, await connected(person))
        await press(person, change_id, "approve", text="🌞" * 9_999)
        assert sent(person) == SENT
        assert last_message(person) == "🌞" * 9_999


async def test_what_nobody_sees_is_taken_out_of_a_draft_before_it_is_shown(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await drafted(person, await connected(person), "Come \u202eat\u2066 ten\u200b")
        page = await opened(person, change_id)
        assert textarea(page.source) == "Come at ten"
        assert "Characters that nobody can see were taken out." in page.text
        await press(person, change_id, "approve", text="Come at ten")
        assert last_message(person) == "Come at ten"


async def test_a_draft_approved_from_the_list_is_sent_as_the_list_shows_it(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await drafted(person, await connected(person), "Come \u202eat ten")
        page = await listed(person)
        assert "Come ⟨U+202E⟩at ten Cannot be undone. Edit the message" in page.text
        assert not page.all("textarea")
        page = await after(person, await tick(person, "approve", change_id))
        assert "1 done." in page.text
        assert last_message(person) == "Come \u202eat ten"


async def test_a_draft_is_not_sent_once_the_thread_has_moved_on(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await drafted(person, await connected(person))
        thread = person.sandbox.accounts.main.conversations[THREAD]
        newest = thread["messages"][0]
        newer = {**newest, "id": "newer", "sender_role": "guest", "content": "We come tomorrow"}
        thread["messages"].insert(0, newer)
        page = await after(person, await press(person, change_id, "approve", text="Edited"))
        assert sent(person) == []
        assert "Something has changed since you were asked" in page.text
        assert "We come tomorrow" in page.text
        assert (await kept(person, change_id)).state is State.STALE


async def test_markup_in_a_draft_stays_text(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        text = "</textarea><script>alert(1)</script>&amp;"
        change_id = await drafted(person, await connected(person), text)
        page = await opened(person, change_id)
        assert not page.all("script")
        assert len(page.all("textarea")) == 1


async def test_no_end_of_a_draft_is_out_of_sight_in_its_field(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        text = "Good evening" + "\n" * 60 + "w" * 300
        page = await opened(person, await drafted(person, await connected(person), text))
        (field,) = page.all("textarea")
        assert int(field["rows"]) >= 60 + 300 / 40
        style = (await person.get("/connect/style.css")).text
        assert not [rule for rule in style.split("}") if "textarea" in rule and "max-height" in rule]
