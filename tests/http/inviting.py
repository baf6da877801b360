"""An owner who invites people, and people who connect an app of their own by invitation."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.store.records import Grant
from tests.http.changing import connected
from tests.http.connecting import Person
from tests.http.html_pages import Html, changed

LOFT = "20110001"


async def invite_page(owner: Person, grant: Grant, role: str = "co_host") -> Html:
    """The form of an invitation, filled in for a role."""
    answer = await owner.get(f"/connect/invite?grant={grant.grant_id}&role={role}")
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


async def send_invite(owner: Person, page: Html, **values: str | list[str]) -> httpx2.Response:
    """The answer to a form of an invitation."""
    usual: dict[str, str | list[str]] = {"person": "Maria", "inviter": "Ana"}
    return await owner.post("/connect/invite", changed(page.fields, **usual | values))


async def invited_link(owner: Person, grant: Grant, role: str = "co_host", **values: str | list[str]) -> str:
    """The link of a new invitation, as a path of this site."""
    answer = await send_invite(owner, await invite_page(owner, grant, role), **values)
    assert answer.status_code == 200, Html(answer.text).text
    return link_in(answer)


def link_in(answer: httpx2.Response) -> str:
    """The link that a page shows."""
    link = answer.text.partition("readonly>")[2].partition("</textarea>")[0]
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == "https://mcp.example.com"
    return f"{parts.path}?{parts.query}"


def secret_of(link: str) -> str:
    """The secret in a link."""
    return parse_qs(urlsplit(link).query)["invitation"][0]


def other_person(owner: Person, letter: str = "m") -> Person:
    """Somebody with a browser of their own."""
    return replace(owner, browser=Browser(letter * 43, new=False))


async def show_invitation(guest: Person, link: str, **told: Any) -> httpx2.Response:
    """The answer to a consent page into which a link was pasted."""
    page = await guest.consent(**{"nonce": f"nonce-{guest.browser.id[0]}"} | told)
    return await guest.submit(page, decision="invited", link=link)


async def accept(
    guest: Person, link: str, access: str = "write", **values: str | list[str]
) -> httpx2.Response:
    """The answer to an invitation that is accepted to its end."""
    shown = await show_invitation(guest, link)
    assert shown.status_code == 200, shown.text
    page = Html(shown.text)
    fields = changed(page.fields, **{"decision": "accept", "access": access, **values})
    answer = await guest.post("/connect/consent", fields)
    assert answer.status_code == 303, Html(answer.text).text
    return await guest.confirm(answer)


async def guest_of(
    owner: Person, grant: Grant, role: str = "co_host", letter: str = "m", **values: str | list[str]
) -> tuple[Person, Grant]:
    """Somebody who was invited in a role and has connected an app, and their grant."""
    guest = other_person(owner, letter)
    access = values.pop("access", "read" if role == "flat_owner" else "write")
    link = await invited_link(owner, grant, role, **values)
    answer = await accept(guest, link, str(access))
    assert answer.headers["location"].startswith("https://claude.ai/"), answer.text
    return guest, (await guest.grants())[0]


async def owner_of(person: Person) -> Grant:
    """The grant of the owner, who lets an app write."""
    return await connected(person)
