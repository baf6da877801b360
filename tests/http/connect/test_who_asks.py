"""Who asks about changes: this server, unless the host lets an app ask itself."""

from pathlib import Path
from typing import Literal

import pytest

from hostex_mcp.http.config import SCOPES
from hostex_mcp.http.store.records import Choices
from hostex_mcp.http.tenants.narrowing import reach_for
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.sandbox.tokens import TOKENS
from hostex_mcp.settings import Confirm, Settings
from tests.http.connecting import deployment
from tests.http.html_pages import Html
from tests.http.keeping import a_grant

pytestmark = pytest.mark.anyio


async def test_a_host_may_let_an_app_ask_itself_and_sees_that_later(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        assert "My app asks me itself" in page.text
        assert not [box for box in page.all("input", name="asks_itself") if "checked" in box]
        await person.answer(page, token=TOKENS.WRITABLE, access="write", asks_itself="1")
        [grant] = await person.grants()
        assert grant.choices.confirm == "token"
        assert "Changes the app asks you itself" in Html((await person.get("/connect")).text).text


async def test_without_the_hosts_tick_this_server_asks_whatever_the_client_wants(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent(state="asks_itself=1&confirm=token", client_name="confirm=token")
        await person.answer(page, token=TOKENS.WRITABLE, access="write")
        [grant] = await person.grants()
        assert grant.choices.confirm == "auto"
        assert "the app asks you itself" not in (await person.get("/connect")).text


async def test_an_app_that_only_reads_has_nothing_to_ask(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = await person.consent()
        await person.answer(page, token=TOKENS.WRITABLE, access="read", asks_itself="1")
        assert [grant.choices.confirm for grant in await person.grants()] == ["auto"]


async def test_the_choice_is_kept_when_the_page_is_shown_again(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await person.answer(await person.consent(), token="", asks_itself="1")
        page = Html(answer.text)
        assert [box for box in page.all("input", name="asks_itself") if "checked" in box]
        assert page.all("details", open="")


@pytest.mark.parametrize("confirm", ["token", "off"])
async def test_where_the_operator_has_decided_there_is_no_choice(tmp_path: Path, confirm: str) -> None:
    async with deployment(tmp_path, confirm=confirm) as person:
        page = await person.consent()
        assert not page.all("input", name="asks_itself")
        answer = await person.answer(page, token=TOKENS.WRITABLE, access="write", asks_itself="1")
        assert answer.status_code == 400
        assert await person.grants() == []
        # What needs an owner, and what was done, is there all the same.
        assert "/changes" in (await person.get("/connect")).text


async def test_the_connections_lead_to_the_changes(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        page = Html((await person.get("/connect")).text)
        assert page.all("a", href="/changes")
        back = Html((await person.get("/changes")).text)
        assert back.all("a", href="/connect")


@pytest.mark.parametrize(
    ("operator", "host", "confirm"),
    [
        ("auto", "auto", None),
        ("auto", "token", "token"),
        ("token", "auto", None),
        ("token", "token", None),
        ("off", "token", None),
    ],
)
def test_the_hosts_choice_counts_only_where_the_operator_leaves_it_open(
    operator: Confirm, host: Literal["auto", "token"], confirm: str | None
) -> None:
    settings = Settings(confirm=operator)
    grant = a_grant(choices=Choices(frozenset(SCOPES), confirm=host))
    assert reach_for(settings, Caller("a", grant=grant)).confirm == confirm
