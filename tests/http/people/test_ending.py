"""The owner sees who was invited, and ends any of it at once."""

from pathlib import Path

import httpx2
import pytest
from starlette.datastructures import Headers

from hostex_mcp.events import Event, GrantChanged, listen_here
from hostex_mcp.http.oauth.bearer import Bearer
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.changing import asked
from tests.http.connecting import ADDRESS, Person, deployment
from tests.http.html_pages import Html, forms
from tests.http.inviting import (
    accept,
    guest_of,
    invited_link,
    other_person,
    owner_of,
    show_invitation,
)
from tests.http.keeping import a_code

pytestmark = pytest.mark.anyio


async def press(owner: Person, action: str, **wanted: str) -> httpx2.Response:
    """Press a button of the page of connections in the form that has this field."""
    source = (await owner.get("/connect")).text
    fields = next(form for form in forms(source) if set(wanted.items()) <= set(form))
    return await owner.post("/connect", [*fields, ("action", action)])


async def token_of(person: Person, grant_id: str) -> str:
    """An access token of an app's, as long as its grant lives."""
    store = person.deps.store
    pair = await store.tokens.redeem(await a_code(store, grant_id, person.clock()))
    assert pair is not None
    return pair.access_token


async def is_let_in(person: Person, token: str) -> bool:
    """Whether a process that has not heard of anything lets a token in."""
    bearer = Bearer(ADDRESS, person.deps.store, person.deps.keys, allow_token_header=False)
    return isinstance(await bearer.identify(Headers({"authorization": f"Bearer {token}"})), Caller)


async def test_the_owner_sees_people_and_open_invitations_with_their_bounds(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        await guest_of(owner, own)
        await invited_link(owner, own, person="Rui")
        page = Html((await owner.get("/connect")).text)
        for words in (
            "People you invited",
            "Maria App Claude May Read and change Topics All Properties All properties",
            "Amounts of money stay hidden. Changes These need the owner: a cancelled or declined booking.",
            "Rui not used yet",
            "Good until Tue 1 Dec 2026",
        ):
            assert words in page.text
        guest = other_person(owner)
        assert "Invite somebody" not in Html((await guest.get("/connect")).text).text


async def test_ending_somebody_ends_their_tokens_and_what_waits_at_the_next_request_anywhere(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, money="1", decides="all")
        token, own_token = await token_of(owner, grant.grant_id), await token_of(owner, own.grant_id)
        change_id = await asked(guest, grant)
        assert await is_let_in(owner, token)
        answer = await press(owner, "disconnect", grant=grant.grant_id)
        assert answer.status_code == 303
        assert not await is_let_in(owner, token)
        assert await is_let_in(owner, own_token)
        assert (await owner.get(f"/changes/{change_id}")).status_code == 404
        ended = Html((await guest.get("/connect")).text).text
        assert "The owner of the Hostex account ended it." in ended


async def test_taking_an_invitation_back_ends_its_link_at_once(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        link = await invited_link(owner, own)
        guest = other_person(owner)
        shown = Html((await show_invitation(guest, link)).text)
        [waiting] = await owner.deps.store.invitations.of_grants([own.grant_id], 5)
        answer = await press(owner, "withdraw", invitation=waiting.invitation_id)
        page = Html((await owner.get(answer.headers["location"])).text)
        assert "The invitation of Maria was taken back." in page.text
        assert (await guest.get(link)).status_code == 404
        accepted = await guest.post("/connect/consent", [*shown.fields, ("decision", "accept")])
        assert accepted.status_code == 404


async def test_ending_the_link_of_the_owner_ends_everybody_and_every_invitation(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        maria, first = await guest_of(owner, own)
        _, second = await guest_of(owner, own, letter="r", person="Rui")
        tokens = [await token_of(owner, grant.grant_id) for grant in (first, second)]
        link = await invited_link(owner, own)
        await press(owner, "disconnect", grant=own.grant_id)
        assert [await is_let_in(owner, token) for token in tokens] == [False, False]
        assert (await maria.get(link)).status_code == 404
        assert [grant.status for grant in await maria.grants()] == ["ended"]


async def test_the_link_of_the_owner_stays_while_somebody_uses_it(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        _, grant = await guest_of(owner, own)
        owner.clock.advance(days=1)
        await token_of(owner, grant.grant_id)
        owner.clock.advance(minutes=31)
        assert await owner.deps.store.grants.abandoned() == []


async def test_nobody_else_ends_people_or_takes_invitations_back(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        _, grant = await guest_of(owner, own)
        await invited_link(owner, own)
        [waiting] = await owner.deps.store.invitations.of_grants([own.grant_id], 5)
        stranger = other_person(owner, "z")
        page = Html((await stranger.get("/connect")).text)
        token = page.value("csrf")
        for fields in (
            [("grant", grant.grant_id), ("action", "disconnect")],
            [("invitation", waiting.invitation_id), ("action", "withdraw")],
            [("invitation", "0" * 32), ("action", "withdraw")],
            [("invitation", "\0"), ("action", "withdraw")],
            [("action", "withdraw")],
        ):
            answer = await stranger.post("/connect", [("csrf", token), *fields])
            assert answer.status_code == 400
        assert (await owner.deps.store.grants.get(grant.grant_id)) == grant
        assert await owner.deps.store.invitations.get(waiting.invitation_id)


async def test_whoever_has_the_token_manages_people_from_another_browser(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        _, grant = await guest_of(owner, own)
        elsewhere = owner.elsewhere()
        token = Html((await elsewhere.get("/connect")).text).value("csrf")
        found = await elsewhere.post(
            "/connect", [("csrf", token), ("token", TOKENS.WRITABLE), ("action", "find")]
        )
        source = (await elsewhere.get(found.headers["location"])).text
        assert "Maria" in Html(source).text
        fields = next(form for form in forms(source) if ("grant", grant.grant_id) in form)
        await elsewhere.post("/connect", [*fields, ("action", "disconnect")])
        ended = await owner.deps.store.grants.get(grant.grant_id)
        assert ended
        assert ended.status == "ended"


async def test_somebody_who_was_invited_can_leave_and_invites_nobody(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own)
        assert (await guest.get(f"/connect/invite?grant={grant.grant_id}")).status_code == 404
        await press(guest, "disconnect", grant=grant.grant_id)
        assert [kept.status for kept in await guest.grants()] == ["ended"]
        assert (await owner.grants())[0].status == "active"
        again = other_person(owner, "q")
        await accept(again, await invited_link(owner, own, person="Zé"))


async def test_every_grant_that_ends_is_counted_once_whoever_had_it(tmp_path: Path) -> None:
    ended = list[str]()

    def count(event: Event) -> None:
        if isinstance(event, GrantChanged) and event.step == "ended":
            ended.append(event.step)

    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        _, first = await guest_of(owner, own)
        await guest_of(owner, own, letter="r")
        with listen_here(count):
            await press(owner, "disconnect", grant=first.grant_id)
            assert len(ended) == 1
            await owner.deps.credentials.end(first.grant_id, "again")
            assert len(ended) == 1
            await press(owner, "disconnect", grant=own.grant_id)
            assert len(ended) == 3
