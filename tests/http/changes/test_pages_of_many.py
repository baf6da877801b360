"""Whatever a page leaves out is counted on it, and can be reached from it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hostex_mcp.pages.paging import page_number
from hostex_mcp.server.changes.record import State
from tests.http.changing import after, connected, find_form
from tests.http.connecting import Person, deployment
from tests.http.html_pages import Html, changed
from tests.http.inviting import guest_of, other_person, owner_of
from tests.http.keeping import a_change, a_grant
from tests.support.clock import NOW

pytestmark = pytest.mark.anyio

ALL: dict[str, Any] = {"money": "1", "decides": "all"}


async def decided(person: Person, account: str, count: int) -> None:
    """So many changes that were declined, each a minute after the one before."""
    for number in range(1, count + 1):
        moment = NOW - timedelta(minutes=count - number)
        preview = {"summary": f"Number {number}."}
        ended = {"state": State.DECLINED, "decided_at": moment, "asked_at": moment, "preview": preview}
        await person.deps.store.changes.add(a_change(account, id=f"c{number}", **ended))


def numbers(page: Html) -> list[int]:
    """Which of them are listed."""
    return [int(number) for number in re.findall(r"Number (\d+)\.", page.text)]


def link(page: Html, words: str) -> str:
    """Where a link leads."""
    return re.findall(rf'<a href="([^"]+)">{re.escape(words)}', page.source)[0].replace("&amp;", "&")


async def test_what_was_decided_is_counted_and_can_be_paged_through(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await decided(person, (await connected(person)).grant_id, 45)
        first = Html((await person.get("/changes")).text)
        assert numbers(first) == [*range(45, 25, -1)]
        assert "What was decided: 1 to 20 of 45. Older ones (25)" in first.text
        assert "Newer ones" not in first.text
        second = Html((await person.get(link(first, "Older ones"))).text)
        assert numbers(second) == [*range(25, 5, -1)]
        assert "21 to 40 of 45. Newer ones Older ones (5)" in second.text
        third = Html((await person.get(link(second, "Older ones"))).text)
        assert numbers(third) == [*range(5, 0, -1)]
        assert "41 to 45 of 45. Newer ones" in third.text
        assert "Older ones" not in third.text
        assert numbers(Html((await person.get(link(third, "Newer ones"))).text)) == numbers(second)
        beyond = Html((await person.get("/changes?page=9")).text)
        assert numbers(beyond) == []
        assert "none of 45. Newer ones" in beyond.text


async def test_a_list_that_fits_says_nothing_of_pages(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await decided(person, (await connected(person)).grant_id, 20)
        page = Html((await person.get("/changes")).text)
        assert len(numbers(page)) == 20
        assert "of 20" not in page.text


async def test_whoever_showed_the_token_pages_on_without_showing_it_again(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await decided(person, (await connected(person)).grant_id, 21)
        other = person.elsewhere()
        form = find_form((await other.get("/changes")).text)
        answer = await other.post("/changes", changed(form, token="sandbox-writable", decision="find"))
        first = await after(other, answer)
        assert len(numbers(first)) == 20
        assert numbers(Html((await other.get(link(first, "Older ones"))).text)) == [1]


async def test_what_waits_for_the_owner_is_counted_too(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), **ALL)
        for number in range(28):
            waiting = a_change(grant.grant_id, id=f"w{number}", owner=grant.owner_id)
            await owner.deps.store.changes.add(waiting)
        assert "These are the newest 25; 3 more wait." in Html((await guest.get("/changes")).text).text
        assert Html((await owner.get("/changes")).text).headings == ["28 changes wait for you"]


async def test_people_and_invitations_are_counted_and_can_be_paged_through(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own, store = await owner_of(owner), owner.deps.store
        for number in range(1, 53):
            moment = NOW + timedelta(minutes=number)
            about = {"owner_id": own.grant_id, "created_at": moment, "person": f"Number {number}."}
            await store.grants.add(a_grant(**about, browser="theirs"))
        first = Html((await owner.get("/connect")).text)
        assert numbers(first) == [*range(52, 2, -1)]
        assert "People you invited: 1 to 50 of 52. Older ones (2)" in first.text
        second = Html((await owner.get(link(first, "Older ones"))).text)
        assert numbers(second) == [2, 1]
        assert "51 to 52 of 52. Newer ones" in second.text
        assert "Invitations that nobody has used yet:" not in second.text
        stranger = other_person(owner, "z")
        assert numbers(Html((await stranger.get("/connect?people=1")).text)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("", 1), ("0", 1), ("-2", 1), ("x", 1), ("²", 1), ("9" * 5_000, 1), ("999999999", 1)],
)
def test_an_address_names_a_page_or_means_the_first(text: str, number: int) -> None:
    assert page_number(text) == number
