"""Where changes are confirmed by token or not at all, an app can follow what waits for the owner."""

from pathlib import Path
from typing import Any

import pytest

from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.server.app import definition
from tests.http.changing import after, asked, call, opened, press, prices, sent
from tests.http.connecting import Person, deployment
from tests.http.html_pages import Html
from tests.http.inviting import guest_of, owner_of

pytestmark = pytest.mark.anyio

OVER: dict[str, Any] = {"money": "1", "decides": "limits", "cancelled": [], "percent": "5"}
WAYS = pytest.mark.parametrize(("confirm", "own"), [("token", {"confirmation_token"}), ("off", set[str]())])


async def arguments_of(person: Person, grant: Any) -> set[str]:
    """The arguments by which a listed write comes back."""
    engine = await person.tenants.engine(Caller(grant.grant_id, grant.choices.scopes, grant=grant), {})
    tool = engine.selection.reachable["update_listing_prices"]
    listed = definition(tool, engine.context.confirming).input_schema["properties"]
    return {"change_id", "confirmation_token"} & set(listed)


@WAYS
async def test_the_app_of_somebody_who_was_invited_can_name_the_change_that_waits(
    confirm: str, own: set[str], tmp_path: Path
) -> None:
    async with deployment(tmp_path, confirm=confirm, toolsets=("all",)) as owner:
        link = await owner_of(owner)
        guest, grant = await guest_of(owner, link, **OVER)
        assert await arguments_of(guest, grant) == {"change_id", *own}
        assert await arguments_of(owner, link) == own
        change_id = await asked(guest, grant)
        await press(owner, change_id, "approve")
        told = await call(guest, grant, "update_listing_prices", {**prices(), "change_id": change_id})
        assert told["status"] == "done"
        assert sent(owner) == ["POST /listings/prices"]


async def test_the_search_for_tools_names_it_too(tmp_path: Path) -> None:
    async with deployment(tmp_path, confirm="token") as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), **OVER)
        found = await call(guest, grant, "find_tools", {"query": "update staff"})
        schema = next(row for row in found["tools"] if row["name"] == "update_staff")["input_schema"]
        assert {"change_id", "confirmation_token"} <= set(schema["properties"])


@WAYS
async def test_the_connections_lead_to_the_changes_however_they_are_confirmed(
    confirm: str, own: set[str], tmp_path: Path
) -> None:
    async with deployment(tmp_path, confirm=confirm) as owner:
        await owner_of(owner)
        assert Html((await owner.get("/connect")).text).all("a", href="/changes")
    async with deployment(tmp_path, confirm=confirm, read_only=True) as owner:
        assert not Html((await owner.get("/connect")).text).all("a", href="/changes")


async def test_a_change_that_was_made_by_token_is_undone_on_the_page_once_the_person_has_seen_how(
    tmp_path: Path,
) -> None:
    async with deployment(tmp_path, confirm="token") as owner:
        link = await owner_of(owner)
        offered = await call(owner, link, "update_listing_prices", prices())
        token = offered["confirmation_token"]
        await call(owner, link, "update_listing_prices", {**prices(), "confirmation_token": token})
        # Hostex shows a new price a moment later.
        owner.clock.advance(minutes=1)
        [made] = await owner.deps.store.changes.of_account(link.grant_id)
        answer = await press(owner, made.id, "undo")
        undo = answer.headers["location"].removeprefix("/changes/")
        assert sent(owner) == ["POST /listings/prices"]
        assert "€163 → €148" in (await opened(owner, undo)).text
        assert "It is done." in (await after(owner, await press(owner, undo, "approve"))).text
        assert sent(owner) == ["POST /listings/prices"] * 2
