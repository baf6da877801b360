"""Forms about invitations that no page of ours sends, or that come too late or from elsewhere."""

from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from tests.http.connecting import HERE, Person, deployment
from tests.http.html_pages import Html, changed
from tests.http.inviting import (
    LOFT,
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

MISSING: list[str] = []
HUGE = "9" * 50_000
Values = Mapping[str, str | list[str]]

# What is different about the form of an invitation, how that is answered, and a word of the answer.
WRONG: Mapping[str, tuple[Values, int, str]] = {
    "no name": ({"person": MISSING}, 400, "Say who is invited"),
    "a blank name": ({"person": " \u200b "}, 400, "Say who is invited"),
    "a huge name": ({"inviter": HUGE}, 400, "Say who is invited"),
    "a doubled name": ({"person": ["a", "b"]}, 400, "cannot be read"),
    "no topic": ({"toolsets": MISSING, "role": ""}, 400, "Tick at least one topic"),
    "an unknown topic": ({"toolsets": ["nonsense"]}, 400, "cannot be read"),
    "an unknown role": ({"role": "king"}, 400, "cannot be read"),
    "an unknown access": ({"access": "all"}, 400, "cannot be read"),
    "no privacy": ({"privacy": MISSING}, 400, "cannot be read"),
    "no properties for a cleaner": ({"role": "cleaner"}, 400, "Tick at least one property"),
    "a foreign property": ({"properties": ["1"]}, 400, "Tick at least one property"),
    "a property that is no number": ({"properties": ["x"]}, 400, "Tick at least one property"),
    "limits without any": ({"decides": "limits", "cancelled": MISSING}, 400, "Say what you decide on"),
    "a limit in words": ({"decides": "limits", "percent": "ten"}, 400, "A limit is not a number"),
    "a limit below none": ({"decides": "limits", "amount": "-5"}, 400, "A limit is not a number"),
    "a huge limit": ({"decides": "limits", "amount": HUGE}, 400, "A limit is not a number"),
    "digits of another script": (
        {"decides": "limits", "percent": "\u0661\u0660"},
        400,
        "A limit is not a number",
    ),
    "an unknown way to decide": ({"decides": "some"}, 400, "cannot be read"),
    "no token of the page": ({"csrf": MISSING}, 403, "did not come from our page"),
    "a forged token of the page": ({"csrf": "0" * 64}, 403, "did not come from our page"),
    "a doubled token of the page": ({"csrf": ["a", "b"]}, 400, "cannot be read"),
    "no nonce": ({"nonce": MISSING}, 403, "did not come from our page"),
    "another nonce": ({"nonce": "n"}, 403, "did not come from our page"),
    "another grant": ({"grant": "0" * 32}, 403, "did not come from our page"),
}


async def open_ones(owner: Person) -> int:
    grants = [grant.grant_id for grant in await owner.grants()]
    return len(await owner.deps.store.invitations.of_grants(grants, 50))


@pytest.mark.parametrize("name", WRONG)
async def test_a_form_that_is_not_whole_invites_nobody(name: str, tmp_path: Path) -> None:
    values, status, said = WRONG[name]
    async with deployment(tmp_path) as owner:
        page = await invite_page(owner, await owner_of(owner))
        answer = await send_invite(owner, page, **values)
        assert answer.status_code == status, Html(answer.text).text
        assert said in Html(answer.text).text
        assert await open_ones(owner) == 0


async def test_a_form_from_elsewhere_or_of_another_browser_invites_nobody(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        grant = await owner_of(owner)
        page = await invite_page(owner, grant)
        fields = changed(page.fields, person="Maria", inviter="Ana")
        for headers in ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, {}):
            assert (await owner.post("/connect/invite", fields, headers)).status_code == 403
        stranger = other_person(owner, "z")
        assert (await stranger.post("/connect/invite", fields)).status_code == 403
        for grant_id in (grant.grant_id, "0" * 32, "%00", ""):
            assert (await stranger.get(f"/connect/invite?grant={grant_id}")).status_code == 404
        assert await open_ones(owner) == 0


async def test_the_same_form_makes_one_invitation(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        page = await invite_page(owner, await owner_of(owner))
        answers = [await send_invite(owner, page) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 400]
        assert await open_ones(owner) == 1


async def test_at_most_25_invitations_are_open(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        grant = await owner_of(owner)
        for _ in range(25):
            await invited_link(owner, grant)
        answer = await send_invite(owner, await invite_page(owner, grant))
        assert "Too many invitations are open" in Html(answer.text).text
        assert await open_ones(owner) == 25


@pytest.mark.parametrize(
    "link", ["", "x", "hmx_iv_", f"hmx_iv_{'a' * 43}", f"hmx_at_{'a' * 43}", "hmx_iv_\x00", "é" * 9_000]
)
async def test_a_link_that_invites_nobody_is_explained_on_the_consent_page(link: str, tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await show_invitation(person, link)
        assert answer.status_code == 400
        assert "This invitation cannot be used" in Html(answer.text).text
        assert (await person.http.get("/connect/invited", params={"invitation": link})).status_code == 404


async def test_links_that_are_missing_doubled_or_used_look_alike(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        grant = await owner_of(owner)
        link = await invited_link(owner, grant)
        await guest_of(owner, grant, "cleaner", properties=LOFT)
        wrong = ["/connect/invited", f"{link}&invitation=x", "/connect/invited?invitation=used"]
        pages = [(await owner.get(path)).text for path in wrong]
        assert len(set(pages)) == 1


@pytest.mark.parametrize(
    "values",
    [{"invitation": MISSING}, {"invitation": "x"}, {"csrf": "x"}, {"access": "king"}, {"toolsets": ["x"]}],
)
async def test_an_answer_that_is_not_whole_accepts_nothing(values: Values, tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        guest = other_person(owner)
        page = Html((await show_invitation(guest, link)).text)
        fields = changed(page.fields, **{"decision": "accept", **values})
        assert (await guest.post("/connect/consent", fields)).status_code in (400, 403, 404)
        assert await guest.grants() == []
        assert await open_ones(owner) == 1


async def test_a_page_of_acceptance_is_of_one_browser_and_one_request(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        first, second = other_person(owner), other_person(owner, "s")
        sealed = Html((await show_invitation(first, link)).text).value("invitation")
        page = Html((await show_invitation(second, link)).text)
        stolen = changed(page.fields, decision="accept", invitation=sealed)
        assert (await second.post("/connect/consent", stolen)).status_code == 404


async def test_an_invitation_in_the_field_of_the_token_goes_nowhere(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        guest, asked = other_person(owner), len(owner.sandbox.log)
        for text in (secret_of(link), f"https://mcp.example.com{link}"):
            answer = await guest.submit(await guest.consent(nonce=text[-3:]), token=text)
            assert "This is an invitation, not a Hostex access token" in Html(answer.text).text
        assert len(owner.sandbox.log) == asked


async def test_a_cancelled_invitation_is_still_open(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        link = await invited_link(owner, await owner_of(owner))
        guest = other_person(owner)
        page = Html((await show_invitation(guest, link)).text)
        answer: httpx2.Response = await guest.post(
            "/connect/consent", changed(page.fields, decision="cancel"), HERE
        )
        assert "access_denied" in answer.headers["location"]
        assert await open_ones(owner) == 1
