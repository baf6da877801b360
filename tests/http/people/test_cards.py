"""Cards in the chats of an owner and of somebody who was invited."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.server.asking import Elicitation
from tests.http.changing import after, press, prices, sent
from tests.http.connecting import Person, deployment
from tests.http.inviting import LOFT, guest_of, owner_of
from tests.support.every_write import DIRECT

pytestmark = pytest.mark.anyio

ALL: dict[str, Any] = {"money": "1", "decides": "all"}
NONE: dict[str, Any] = {"money": "1", "decides": "none"}
SECRET = "hostex/secret"


async def chat(
    person: Person, grant: Grant, tool: str, arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What an app that shows views gets: the structured result, and what its card is for."""
    caller = Caller(grant.grant_id, grant.choices.scopes, grant=grant)
    engine = await person.tenants.engine(caller, {})
    result: Any = await engine.call(tool, arguments, Elicitation(views=True))
    told = cast("dict[str, Any]", result.structured_content)
    meta: dict[str, str] = result.meta or {}
    change: dict[str, str] = told.get("change") or {}
    change_id = told.get("change_id") or change.get("id", "")
    return told, {"change_id": change_id, "secret": meta.get(SECRET, "")}


async def test_a_card_does_not_decide_what_needs_the_owner(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        own = await owner_of(owner)
        guest, grant = await guest_of(owner, own, **ALL)
        told, card = await chat(guest, grant, "update_listing_prices", prices())
        assert "The owner of the Hostex account decides on this" in told["next_step"]
        shown = (await chat(guest, grant, "read_change", card))[0]["change"]
        assert (shown["open"], shown["decides"]) == (True, False)
        for approve in (True, False):
            decision = {**card, "approve": approve, "seen": shown["seen"]}
            refused = (await chat(guest, grant, "decide_change", decision))[0]["error"]
            assert refused["kind"] == "blocked"
            assert refused["message"].startswith("The owner of the Hostex account decides")
        assert sent(owner) == []
        # Nor does the owner's own chat: theirs is another account here.
        foreign = {**card, "approve": True, "seen": shown["seen"]}
        refused = (await chat(owner, own, "decide_change", foreign))[0]["error"]
        assert refused["kind"] == "invalid_arguments"
        done = await after(owner, await press(owner, card["change_id"], "approve"))
        assert "It is done." in done.text


async def test_what_a_guest_proposes_in_a_view_needs_the_owner_too(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), **ALL)
        proposal = {"tool": "update_listing_prices", "arguments": prices()}
        told, _ = await chat(guest, grant, "prepare_change", proposal)
        assert told["change"]["decides"] is False
        assert told["change"]["app"] == "Maria, in Claude"


async def test_a_guest_decides_on_a_card_on_what_needs_nobody_else(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), **NONE)
        _, card = await chat(guest, grant, "update_listing_prices", prices())
        seen = (await chat(guest, grant, "read_change", card))[0]["change"]["seen"]
        decision = {**card, "approve": True, "seen": seen}
        done = (await chat(guest, grant, "decide_change", decision))[0]["change"]
        assert done["state"] == "done"
        assert done["decided"].startswith("Approved by the user, on a card of Maria, in Claude")
        assert sent(owner) == ["POST /listings/prices"]


async def test_whoever_may_only_read_prepares_nothing_in_a_view(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), role="flat_owner", properties=[LOFT])
        proposal = {"tool": "update_listing_prices", "arguments": prices()}
        refused = (await chat(guest, grant, "prepare_change", proposal))[0]["error"]
        assert refused["kind"] == "blocked"
        assert sent(owner) == []


async def test_an_amount_that_a_guest_may_not_set_is_refused_in_a_view_as_well(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), decides="none")
        proposal = {"tool": "update_listing_prices", "arguments": prices()}
        refused = (await chat(guest, grant, "prepare_change", proposal))[0]["error"]
        assert refused["kind"] == "blocked"
        assert sent(owner) == []


async def test_an_amount_written_as_text_is_refused_in_a_view_too(tmp_path: Path) -> None:
    async with deployment(tmp_path) as owner:
        guest, grant = await guest_of(owner, await owner_of(owner), decides="none")
        change = {"stay_code": DIRECT, "rate_amount": "150", "currency": "EUR"}
        proposal = {"tool": "update_reservation_basic", "arguments": change}
        refused = (await chat(guest, grant, "prepare_change", proposal))[0]["error"]
        assert refused["kind"] == "blocked"
        assert "Amounts of money are not served" in refused["message"]
        assert sent(owner) == []
