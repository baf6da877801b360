"""Forms that no page of ours sends, or that come too late or from elsewhere: nothing is decided."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from hostex_mcp.server.changes.record import State
from tests.http.changing import asked, connected, drafted, kept, listed, opened, send, sent
from tests.http.connecting import HERE, Person, deployment
from tests.http.html_pages import Fields, Html, changed

pytestmark = pytest.mark.anyio

MISSING: list[str] = []
HUGE = "x" * 70_000

# What is different about the form of one change, and how that is answered.
WRONG: Mapping[str, tuple[dict[str, str | list[str]], int]] = {
    "no ticket": ({"change": MISSING}, 400),
    "an empty ticket": ({"change": ""}, 400),
    "a doubled ticket": ({"change": ["a b c", "a b c"]}, 400),
    "a forged ticket": ({"change": "a b c"}, 403),
    "a huge ticket": ({"change": HUGE}, 400),
    "no decision": ({"decision": MISSING}, 400),
    "a doubled decision": ({"decision": ["approve", "decline"]}, 400),
    "an unknown decision": ({"decision": "all"}, 400),
    "a decision in capitals": ({"decision": "APPROVE"}, 400),
    "a doubled proof": ({"proof": ["a", "b"]}, 400),
    "an undo of what was not done": ({"decision": "undo"}, 400),
}


async def unchanged(person: Person, change_id: str) -> None:
    assert (await kept(person, change_id)).state is State.WAITING
    assert sent(person) == []


@pytest.mark.parametrize("name", WRONG)
async def test_a_form_that_is_not_whole_decides_nothing(tmp_path: Path, name: str) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        values, status = WRONG[name]
        page = await opened(person, change_id)
        answer = await send(person, change_id, page, "approve", **values)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        await unchanged(person, change_id)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "https://mcp.example.com", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {},
    ],
)
async def test_a_form_from_elsewhere_decides_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        page = await opened(person, change_id)
        ticket = page.value("change")
        alone = await send(person, change_id, page, "approve", headers)
        several = await person.post("/changes", [("change", ticket), ("decision", "approve")], headers)
        assert (alone.status_code, several.status_code) == (403, 403)
        assert "This form did not come from our page" in alone.text
        await unchanged(person, change_id)


async def test_a_ticket_is_good_for_its_own_change_and_browser_and_what_was_seen(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        first, second = await asked(person, grant), await asked(person, grant, 170)
        ticket = (await opened(person, second)).value("change")
        name, seen, mac = ticket.split(" ")
        for forged in (
            ticket,
            f"{first} {seen} {mac}",
            f"{first} {'0' * 64} {mac}",
            f"{name} {'0' * 64} {mac}",
        ):
            page = await opened(person, first)
            answer = await send(person, first, page, "approve", change=forged)
            assert answer.status_code == 403
        other = person.elsewhere()
        await connected(other, nonce="other")
        theirs = await asked(other, (await other.grants())[0], 175)
        stolen = (await opened(other, theirs)).value("change")
        page = await opened(person, first)
        assert (
            await person.post("/changes", [("change", stolen), ("decision", "approve")])
        ).status_code == 403
        for change_id in (first, second, theirs):
            await unchanged(person, change_id)


async def test_of_several_tickets_one_of_which_is_forged_none_is_decided(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        ticket = (await listed(person)).value("change")
        for forged, status in (("a b c", 403), ("nonsense", 400), ("", 400)):
            fields = [("change", ticket), ("change", forged), ("decision", "approve")]
            assert (await person.post("/changes", fields)).status_code == status
        many = [("change", ticket)] * 26
        assert (await person.post("/changes", [*many, ("decision", "approve")])).status_code == 400
        await unchanged(person, change_id)


async def test_a_browser_that_has_lost_its_cookie_decides_nothing(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        page = await opened(person, change_id)
        content = "&".join(f"{name}={value}" for name, value in changed(page.fields, decision="approve"))
        headers = {**HERE, "content-type": "application/x-www-form-urlencoded"}
        answer = await person.http.post(f"/changes/{change_id}", content=content, headers=headers)
        assert answer.status_code == 404
        answer = await person.http.post("/changes", content=content, headers=headers)
        assert answer.status_code in (400, 403)
        await unchanged(person, change_id)


async def test_a_body_that_is_no_form_decides_nothing(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        change_id = await asked(person, await connected(person))
        cookie = {"cookie": f"__Host-hostex={person.browser.id}"}
        for content in (b"\xff\xfe", b"{}", b"", b"change&decision", b"&".join([b"a=b"] * 2000)):
            for path in ("/changes", f"/changes/{change_id}"):
                answer = await person.http.post(path, content=content, headers=HERE | cookie)
                assert answer.status_code == 400
        await unchanged(person, change_id)


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({"text": MISSING}, 400, "This form cannot be read"),
        ({"text": ["a", "b"]}, 400, "This form cannot be read"),
        ({"text": ""}, 400, "Write a message, or decline"),
        ({"text": " \r\n "}, 400, "Write a message, or decline"),
        ({"text": "x" * 10_001}, 400, "It cannot be sent like this"),
        ({"text": "x" * 60_000}, 400, "It cannot be sent like this"),
    ],
)
async def test_a_draft_that_cannot_be_sent_is_shown_again_with_what_is_wrong(
    tmp_path: Path, values: dict[str, str | list[str]], status: int, said: str
) -> None:
    async with deployment(tmp_path) as person:
        change_id = await drafted(person, await connected(person))
        answer = await send(person, change_id, await opened(person, change_id), "approve", **values)
        assert answer.status_code == status
        assert said in Html(answer.text).text
        await unchanged(person, change_id)


async def test_the_token_form_needs_its_own_token_and_a_plausible_one(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await listed(person)
        token = next(field["value"] for field in page.all("input", name="csrf"))
        forms: list[tuple[Fields, int]] = [
            ([("token", "t" * 20)], 403),
            ([("csrf", "0" * 64), ("token", "t" * 20)], 403),
            ([("csrf", token)], 400),
            ([("csrf", token), ("token", "a token")], 400),
            ([("csrf", token), ("token", "a"), ("token", "b")], 400),
        ]
        for fields, status in forms:
            answer = await person.post("/changes", [*fields, ("decision", "find")])
            assert answer.status_code == status
        tries = [
            await person.post("/changes", [("csrf", token), ("token", f"token-{n}-x"), ("decision", "find")])
            for n in range(11)
        ]
        assert [answer.status_code for answer in tries] == [303] * 10 + [429]
