"""The second page, on which a person chooses the properties of a grant."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx2
import pytest

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import Person, deployment, query
from tests.http.html_pages import Html, changed

pytestmark = pytest.mark.anyio


async def second_page(person: Person, token: str = TOKENS.WRITABLE, **request: Any) -> Html:
    """Consent with the wish to choose, and the page that follows."""
    answer = await person.answer(await person.consent(**request), token=token, pick="1")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/connect/account?request=")
    return Html((await person.get(answer.headers["location"])).text)


async def press(person: Person, page: Html, **values: str | list[str]) -> httpx2.Response:
    fields = changed(page.fields, **{"decision": "connect", **values})
    return await person.post("/connect/account", fields)


async def test_the_ticked_properties_bound_the_grant(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        assert page.headings == ["Which properties may Claude use?"]
        ids = [field["value"] for field in page.all("input", name="properties")]
        assert len(ids) == len(person.sandbox.accounts.main.properties)
        assert not [name for name, _ in page.fields if name == "properties"]
        [pending] = await person.grants() or [None]
        assert pending is None or pending.status == "pending"
        answer = await press(person, page, properties=[ids[2], ids[0]])
        assert query(answer.headers["location"])["code"].startswith("hmx_ac_")
        [grant] = await person.grants()
        assert grant.status == "active"
        assert set(grant.choices.property_ids) == {int(ids[0]), int(ids[2])}


async def test_without_any_tick_the_page_comes_again(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        for ticked in ([], ["999999999"], ["x"]):
            answer = await press(person, page, properties=ticked)
            assert answer.status_code == 400
            assert "Tick at least one property" in Html(answer.text).title


async def test_a_property_of_another_account_is_not_taken(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        foreign = str(next(iter(person.sandbox.accounts.second.properties.values()))["id"])
        page = await second_page(person)
        own = page.value("properties")
        await press(person, page, properties=[own, foreign])
        [grant] = await person.grants()
        assert grant.choices.property_ids == (int(own),)


async def test_only_the_operators_properties_are_offered(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        ids = [field["value"] for field in (await second_page(person)).all("input", name="properties")]
    served = (int(ids[1]), 999_999_999)
    async with deployment(tmp_path, property_ids=served) as person:
        page = await second_page(person, nonce="second")
        assert [field["value"] for field in page.all("input", name="properties")] == [ids[1]]


async def test_an_account_without_properties_connects_for_future_ones(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person, TOKENS.EMPTY)
        assert "no properties in this Hostex account yet" in page.text
        await press(person, page)
        [grant] = await person.grants()
        assert (grant.status, grant.choices.property_ids) == ("active", ())


@pytest.mark.parametrize("ticks", [0, 1])
async def test_a_choice_whose_properties_are_gone_by_then_does_not_mean_all_of_them(
    tmp_path: Path, ticks: int
) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        ticked = [page.value("properties")][:ticks]
        account = person.sandbox.accounts.main
        backup = dict(account.properties)
        account.properties.clear()
        answer = await press(person, page, properties=ticked)
        assert answer.status_code == 503
        assert not [grant for grant in await person.grants() if grant.status == "active"]
        account.properties.update(backup)
        again = Html((await press(person, Html(answer.text), decision="again")).text)
        assert again.all("input", name="properties")


async def test_cancel_ends_what_was_pending(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        answer = await press(person, page, decision="cancel")
        assert query(answer.headers["location"])["error"] == "access_denied"
        assert not [grant for grant in await person.grants() if grant.status != "ended"]
        after = await press(person, page, properties=[page.value("properties")])
        assert query(after.headers["location"])["error"] == "access_denied"


async def test_cancel_right_after_connect_takes_it_back(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        await press(person, page, properties=[page.value("properties")])
        answer = await press(person, page, decision="cancel")
        assert query(answer.headers["location"])["error"] == "access_denied"
        assert [grant.status for grant in await person.grants()] == ["ended"]


async def test_the_page_is_answered_once(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        property_id = page.value("properties")
        assert (await press(person, page, properties=[property_id])).status_code == 303
        person.clock.advance(seconds=6)
        for decision in ("connect", "cancel", "again"):
            again = await press(person, page, decision=decision, properties=[property_id])
            assert Html(again.text).headings == ["This has already been answered"]


async def test_properties_that_cannot_be_read_can_be_tried_again(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.answer(await person.consent(), token=TOKENS.WRITABLE, pick="1")
        person.sandbox.faults.add("envelope", operation="GET /properties", times=3)
        broken = await person.get(answer.headers["location"])
        assert broken.status_code == 503
        page = Html(broken.text)
        assert "Your properties cannot be read right now" in page.text
        mended = Html((await press(person, page, decision="again")).text)
        assert mended.all("input", name="properties")


async def test_an_answer_while_hostex_is_away_is_not_lost(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        property_id = page.value("properties")
        person.sandbox.faults.add("envelope", operation="GET /properties", times=3)
        assert (await press(person, page, properties=[property_id])).status_code == 503
        assert (await press(person, page, properties=[property_id])).status_code == 303


async def test_two_clicks_at_once_connect_once(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page, answers = await second_page(person), list[str]()
        property_id = page.value("properties")

        async def click() -> None:
            answers.append((await press(person, page, properties=[property_id])).headers["location"])

        async with anyio.create_task_group() as clicks:
            clicks.start_soon(click)
            clicks.start_soon(click)
        assert answers[0] == answers[1]
        assert (await press(person, page, properties=[property_id])).headers["location"] == answers[0]


async def test_the_page_belongs_to_its_browser_and_to_its_form_token(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await second_page(person)
        address = f"/connect/account?{urlencode({'request': page.value('request')})}"
        assert (await person.elsewhere().get(address)).status_code == 400
        property_id = page.value("properties")
        assert (await press(person.elsewhere(), page, properties=[property_id])).status_code == 400
        assert (await press(person, page, properties=[property_id], csrf="0" * 64)).status_code == 403
        assert (await person.get("/connect/account?request=AAAA")).status_code == 400
        assert (await press(person, page, properties=[property_id], decision="other")).status_code == 400


async def test_a_host_with_hostile_titles_adds_no_markup(tmp_path: Path) -> None:
    sandbox = Sandbox()
    for listing in sandbox.accounts.main.properties.values():
        listing["title"] = "</label><script>alert(1)</script>\u202e" + "A" * 9000
    async with deployment(tmp_path, sandbox) as person:
        page = await second_page(person)
        assert not page.all("script")
        assert "\u202e" not in page.source
        assert len(page.text) < 200 * len(sandbox.accounts.main.properties) + 1000
