"""`/home` shows an account to the browser that connected it, and to no other; views write nothing by
themselves."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hostex_mcp.http.oauth.browser import Browser
from hostex_mcp.http.store.records import OAuthClient
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.changing import asked, connected, find_form, prices, sent
from tests.http.connecting import HERE, RETURN, Person, deployment
from tests.http.html_pages import Html, changed

pytestmark = pytest.mark.anyio

TASK = {"task_id": 1, "status": "completed"}


async def home(person: Person, path: str = "/home") -> dict[str, str]:
    """What the page around a view gives its script."""
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    (place,) = Html(answer.text).all("div", id="host")
    return dict(place)


async def view_calls(
    person: Person,
    page: Mapping[str, str],
    tool: str,
    arguments: Any = None,
    headers: Mapping[str, str] = HERE,
    body: bytes | None = None,
) -> httpx2.Response:
    """The answer to a call that a view makes on this page."""
    call = json.dumps({"name": tool, "arguments": arguments or {}}).encode()
    told = {
        "cookie": f"__Host-hostex={person.browser.id}",
        "content-type": "application/json",
        "x-proof": page["data-proof"],
        "x-connection": page["data-connection"],
        "x-view": page["data-shown"],
    }
    return await person.http.post(page["data-call"], content=body or call, headers={**told, **headers})


async def test_a_view_of_the_browser_that_connected_an_app_is_answered(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)
        page = await home(person)

        answer = await view_calls(person, page, page["data-tool"], {"date": "2026-11-30"})

        assert page["data-tool"] == "read_day"
        assert answer.status_code == 200
        assert answer.json()["structuredContent"]["date"] == "2026-11-30"


async def test_another_browser_sees_nothing_and_calls_nothing(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)
        page = await home(person)
        other = replace(person, browser=Browser("c" * 43, new=False))

        assert (await other.get("/home")).status_code == 404
        refused = await view_calls(other, page, "list_properties")
        assert refused.status_code == 403
        assert "structuredContent" not in refused.json()


@pytest.mark.parametrize(
    "headers",
    [
        {"x-proof": ""},
        {"x-proof": "0" * 64},
        {"x-connection": "another"},
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"cookie": ""},
    ],
    ids=str,
)
async def test_a_call_from_elsewhere_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)
        page = await home(person)

        answer = await view_calls(person, page, "list_properties", headers={**HERE, **headers})

        assert answer.status_code == 403


async def test_a_view_cannot_write_without_showing_the_change(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)
        page = await home(person)

        answers = [
            await view_calls(person, page, "update_task", TASK),
            await view_calls(person, page, "call_write_tool", {"name": "update_task", "arguments": TASK}),
        ]

        assert [answer.status_code for answer in answers] == [400, 400]
        assert sent(person) == []


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{", b'{"name": 1, "arguments": {}}', b"[" * 100_000, b"x" * 300_000),
        b'{"name": "list_tags", "name": "list_properties", "arguments": {}}',
        b'{"name": "list_tags", "arguments": {"limit": 1, "limit": 2}}',
    ],
    ids=len,
)
async def test_a_body_that_is_no_call_is_refused(tmp_path: Path, body: bytes) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)
        page = await home(person)

        answer = await view_calls(person, page, "", body=body or b" ")

        assert answer.status_code == 400
        assert answer.json()["error_description"]


async def test_an_ended_connection_is_answered_no_more(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        page = await home(person)
        await person.deps.credentials.end(grant.grant_id, "ended")

        assert (await view_calls(person, page, "list_properties")).status_code == 404
        assert (await person.get("/home")).status_code == 404


async def test_of_two_connections_one_is_chosen_and_its_proof_opens_no_other(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        first = await connected(person)
        metadata = {"client_name": "Cursor", "redirect_uris": [RETURN]}
        await person.deps.store.clients.put(OAuthClient("client-2", metadata))
        await connected(person, client_id="client-2", client_name="Cursor", nonce="nonce-2")
        second = next(grant for grant in await person.grants() if grant.grant_id != first.grant_id)
        pages = [await home(person, f"/home/day?connection={grant.grant_id}") for grant in (first, second)]

        assert [page["data-connection"] for page in pages] == [first.grant_id, second.grant_id]
        mixed = {**pages[0], "data-connection": second.grant_id}
        assert (await view_calls(person, mixed, "list_properties")).status_code == 403


async def test_the_account_of_a_shown_token_can_be_looked_at_for_ten_minutes(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)
        other = replace(person, browser=Browser("c" * 43, new=False))
        form = find_form((await other.get("/changes")).text)
        found = await other.post("/changes", changed(form, decision="find", token=TOKENS.WRITABLE))
        listed = Html((await other.get(found.headers["location"])).text)
        (link,) = [link for link in listed.all("a") if link["href"].startswith("/home")]
        page = await home(other, link["href"])

        assert (await view_calls(other, page, "list_properties")).status_code == 200
        person.clock.advance(minutes=11)
        assert (await view_calls(other, page, "list_properties")).status_code == 404


async def test_the_page_says_how_many_changes_wait(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await asked(person, await connected(person))

        assert "1 waiting" in (await person.get("/home/performance")).text


async def test_views_are_kept_from_everything_of_this_site(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        view = await person.get("/home/day/view")
        policy = view.headers["content-security-policy"]

        assert view.headers["x-frame-options"] == "SAMEORIGIN"
        assert "sandbox allow-scripts;" in f"{policy};"
        assert "default-src 'none'" in policy
        assert "script-src 'sha256-" in policy
        assert "allow-same-origin" not in policy


async def test_an_unknown_view_is_not_there(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)

        assert (await person.get("/home/settings")).status_code == 404
        assert (await person.get("/home/settings/view")).status_code == 404


async def test_a_change_made_in_a_view_is_shown_first_and_made_once_approved(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await connected(person)
        page = await home(person)

        prepared = await view_calls(
            person, page, "prepare_change", {"tool": "update_listing_prices", "arguments": prices()}
        )
        before = sent(person)
        answer = prepared.json()
        change, secret = answer["structuredContent"]["change"], answer["_meta"]["hostex/secret"]
        decision = {"change_id": change["id"], "secret": secret, "approve": True, "seen": change["seen"]}
        decided = await view_calls(person, page, "decide_change", decision)

        assert before == []
        assert secret not in json.dumps(answer["structuredContent"])
        assert decided.json()["structuredContent"]["change"]["state"] == "done"
        assert sent(person) == ["POST /listings/prices"]
