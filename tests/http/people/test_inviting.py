"""An owner invites somebody, who connects an app of their own within the owner's bounds."""

from pathlib import Path

import pytest

from hostex_mcp.http.store.records import Choices
from hostex_mcp.sandbox.tokens import TOKENS
from hostex_mcp.server.changes.owner import OwnerRule
from tests.http.changing import call
from tests.http.connecting import deployment
from tests.http.html_pages import Html
from tests.http.inviting import (
    LOFT,
    accept,
    guest_of,
    invite_page,
    invited_link,
    other_person,
    owner_of,
    secret_of,
    send_invite,
    show_invitation,
)

pytestmark = pytest.mark.anyio


def everything_kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("pages.db*"))


async def test_somebody_who_was_invited_connects_without_a_token_within_the_bounds(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, "cleaner", properties=LOFT)
        assert (grant.person, grant.owner_id, grant.kind) == ("Maria", own.grant_id, "invited")
        assert grant.choices == Choices(
            scopes=frozenset(("hostex:read", "hostex:write")),
            toolsets=(),
            property_ids=(int(LOFT),),
            privacy="strict",
            tools=(
                *("list_properties", "list_tasks", "update_task"),
                *("get_turnover_plan", "check_arrival_readiness", "list_changes"),
            ),
            money=False,
            rule=OwnerRule(),
        )
        listed = await call(guest, grant, "list_properties", {})
        assert [row["id"] for row in listed["items"]] == [int(LOFT)]


async def test_the_page_of_the_link_and_the_consent_page_say_who_invites_and_to_what(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner), "cleaner", properties=LOFT)
        guest = other_person(owner)
        opened, shown = await guest.get(link), await show_invitation(guest, link)
        for answer in (opened, shown):
            text = Html(answer.text).text
            for words in ("Ana", "Maria", "Read and change", "1 property", "Amounts of money stay hidden."):
                assert words in text
            assert not Html(answer.text).all("script")
        assert TOKENS.WRITABLE not in opened.text + shown.text


async def test_opening_a_link_accepts_nothing_however_often(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        guest = other_person(owner)
        for _ in range(3):
            assert (await guest.get(link)).status_code == 200
        assert await guest.grants() == []
        await accept(guest, link)
        assert len(await guest.grants()) == 1


async def test_a_link_that_was_opened_is_filled_in_where_that_browser_consents(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        guest = other_person(owner)
        opened = await guest.get(link)
        cookie = opened.headers["set-cookie"].split(";")[0]
        assert secret_of(link) not in cookie
        asked = f"/connect/consent?request={guest.asked()}"
        both = f"__Host-hostex={guest.browser.id}; {cookie}"
        page = await guest.http.get(asked, headers={"cookie": both})
        assert Html(page.text).value("link") == secret_of(link)
        other = other_person(owner, "x")
        foreign = f"__Host-hostex={other.browser.id}; {cookie}"
        asked = f"/connect/consent?request={other.asked()}"
        page = await other.http.get(asked, headers={"cookie": foreign})
        assert Html(page.text).value("link") == ""


async def test_an_invitation_is_good_for_one_person_and_one_app(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        first, second = other_person(owner), other_person(owner, "s")
        late = await show_invitation(second, link)
        await accept(first, link)
        fields = Html(late.text).fields
        answer = await second.post("/connect/consent", [*fields, ("decision", "accept")])
        assert answer.status_code == 404
        assert "This invitation cannot be used" in Html(answer.text).text
        assert (await second.get(link)).status_code == 404
        assert "cannot be used" in Html((await show_invitation(second, link, nonce="n2")).text).text
        assert await second.grants() == []


async def test_of_two_who_accept_at_once_one_is_let_in(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        people = [other_person(owner, letter) for letter in "mn"]
        steps: list[str] = []
        for guest in people:
            page = Html((await show_invitation(guest, link)).text)
            answer = await guest.post("/connect/consent", [*page.fields, ("decision", "accept")])
            steps.append(answer.headers["location"])
        answers = [
            await guest.post(
                "/connect/account",
                [*Html((await guest.get(step)).text).fields, ("decision", "connect")],
            )
            for guest, step in zip(people, steps, strict=True)
        ]
        assert [answer.status_code for answer in answers] == [303, 404]
        active = [grant.status for guest in people for grant in await guest.grants()]
        assert active == ["active"]


async def test_an_invitation_is_over_after_seven_days(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        guest = other_person(owner)
        owner.clock.advance(days=7, seconds=-1)
        assert (await guest.get(link)).status_code == 200
        owner.clock.advance(seconds=1)
        assert (await guest.get(link)).status_code == 404


async def test_the_consent_page_can_only_narrow(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        grant = await owner_of(owner)
        values = {"toolsets": ["calendar", "tasks"], "privacy": "standard"}
        link = await invited_link(owner, grant, "", access="read", properties=LOFT, **values)
        for wider in (
            {"access": "write"},
            {"toolsets": ["finance"]},
            {"privacy": "full"},
            {"asks_itself": "1"},
        ):
            guest = other_person(owner)
            page = Html((await show_invitation(guest, link, nonce=f"n{wider}")).text)
            answer = await guest.post(
                "/connect/consent",
                [
                    *((name, value) for name, value in page.fields if name not in wider),
                    *((name, value if isinstance(value, str) else value[0]) for name, value in wider.items()),
                    ("decision", "accept"),
                ],
            )
            assert answer.status_code == 400, wider
        guest = other_person(owner)
        await accept(guest, link, "read", toolsets=["tasks"], privacy="strict")
        choices = (await guest.grants())[0].choices
        assert (choices.toolsets, choices.privacy, choices.property_ids) == (
            ("tasks",),
            "strict",
            (int(LOFT),),
        )


async def test_an_owner_cannot_give_more_than_their_own_connection_has(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        await owner.connect(TOKENS.WRITABLE, access="read", toolsets=["calendar"], privacy="strict")
        grant = (await owner.grants())[0]
        page = await invite_page(owner, grant, "")
        for wider in ({"access": "write"}, {"toolsets": ["finance"]}, {"privacy": "full"}):
            answer = await send_invite(owner, page, **wider)
            assert answer.status_code == 400, wider
        link = await invited_link(owner, grant, "")
        guest = other_person(owner)
        await accept(guest, link, "read")
        choices = (await guest.grants())[0].choices
        assert (choices.toolsets, choices.privacy) == (("calendar",), "strict")


async def test_of_an_invitation_only_a_digest_is_kept_in_the_clear(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner), person="Maria Quintela")
        kept = everything_kept(tmp_path)
        assert secret_of(link).encode() not in kept
        assert b"Quintela" not in kept


async def test_no_page_of_somebody_invited_names_a_property_beyond_their_bounds(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, "cleaner", properties="20110005", pick="1")
        properties = (await call(owner, own, "list_properties", {"limit": 100}))["items"]
        titles = {str(home["id"]): str(home["title"]) for home in properties}
        pages = [(await guest.get(path)).text for path in ("/connect", "/changes")]
        read = " ".join(Html(page).text for page in pages)
        assert [title for title in titles.values() if title in read] == [titles["20110005"]]
        assert " more" not in read
        assert "and 10 more" in Html((await owner.get("/connect")).text).text
        assert grant.choices.property_ids == (20110005,)
