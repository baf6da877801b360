"""One button has Hostex call the server about an account, another has it stop."""

from pathlib import Path
from typing import Any

import pytest

from hostex_mcp.sandbox.tokens import TOKENS
from tests.http.connecting import ADDRESS, deployment
from tests.http.hooks.calling import called
from tests.http.hooks.receiving import SECRET
from tests.http.html_pages import Html, changed
from tests.http.inviting import guest_of

pytestmark = pytest.mark.anyio

USED = [
    "reservation_updated",
    "property_availability_updated",
    "listing_calendar_updated",
    "review_updated",
    "transaction_deleted",
    "reservation_created",
    "message_created",
    "review_created",
    "transaction_created",
    "transaction_updated",
]
CREATE, DELETE, LIST = "POST /webhooks", "DELETE /webhooks/{id}", "GET /webhooks"


async def test_the_button_registers_exactly_what_its_page_says(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        page = await hostex.page()
        assert all(f"({event})" in page.text for event in USED)
        assert f"It calls {ADDRESS.origin}/hooks/…" in page.text
        links = Html((await hostex.owner.get("/connect")).text).all("a", **{"class": "button"})
        assert [link for link in links if link["href"] == f"/connect/hooks?grant={hostex.grant.grant_id}"]
        await hostex.turned_on()
        (webhook,) = hostex.registered()
        assert webhook["events"] == USED
        end = webhook["url"].rpartition("/")[2]
        assert len(end) == 43
        on = await hostex.page()
        assert "Registered in Hostex yes Last call not yet" in on.text
        assert end not in on.source
        # Looking changes nothing, and a second press makes no second webhook.
        fields = changed(on.fields, action="on")
        assert "calls about this account already" in (await hostex.owner.post("/connect/hooks", fields)).text
        assert hostex.registered() == [webhook]


async def test_the_other_button_takes_it_back_and_the_address_is_nobodys(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        before = dict(hostex.account.webhooks)
        await hostex.turned_on()
        (webhook,) = hostex.registered()
        assert "no longer calls" in (await hostex.press("off")).text
        assert hostex.account.webhooks == before
        answer = await hostex.owner.http.post(webhook["url"], json={"event": "x"})
        assert answer.status_code == 404
        assert await hostex.owner.deps.store.hooks.of_grant(hostex.grant.grant_id) is None


async def test_the_end_of_the_connection_takes_it_back_too(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        assert await hostex.owner.deps.credentials.end(hostex.grant.grant_id, "disconnected")
        assert hostex.registered() == []


async def test_it_is_said_when_hostex_does_not_let_go_of_it(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        hostex.sandbox.faults.add("envelope", DELETE, code=403, message="No")
        answer = await hostex.press("off")
        assert answer.status_code == 400
        assert "Hostex still has the webhook registered." in Html(answer.text).text
        await hostex.turned_on()
        assert len(hostex.registered()) == 2
        hostex.sandbox.faults.add("envelope", DELETE, code=403, message="No")
        source = await hostex.owner.get("/connect")
        fields = changed(
            [("csrf", Html(source.text).value("csrf"))], action="disconnect", grant=hostex.grant.grant_id
        )
        ended = await hostex.owner.post("/connect", fields)
        shown = Html((await hostex.owner.get(ended.headers["location"])).text).text
        assert "is disconnected." in shown
        assert "Hostex still has the webhook registered." in shown


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a refusal": ("envelope", {"code": 422, "message": "No more webhooks."}),
    "a request that never arrived": ("drop_before", {}),
}


@pytest.mark.parametrize("fault", REFUSED)
async def test_a_webhook_that_hostex_does_not_make_leaves_nothing_here(tmp_path: Path, fault: str) -> None:
    async with called(tmp_path) as hostex:
        kind, options = REFUSED[fault]
        hostex.sandbox.faults.add(kind, CREATE, times=3, **options)
        answer = await hostex.press("on")
        assert answer.status_code == 400
        assert "Hostex did not register the webhook." in Html(answer.text).text
        assert hostex.registered() == []
        assert await hostex.owner.deps.store.hooks.of_grant(hostex.grant.grant_id) is None
        assert sum(f"{call.method} {call.path}" == CREATE for call in hostex.sandbox.log) <= 2


async def test_a_webhook_whose_answer_was_lost_is_found_in_hostexs_list(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        hostex.sandbox.faults.add("drop_after", CREATE)
        await hostex.turned_on()
        assert len(hostex.registered()) == 1
        assert "Registered in Hostex yes" in (await hostex.page()).text


async def test_a_webhook_of_fewer_events_than_are_used_now_is_said_to_be_so(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        for webhook in hostex.sandbox.accounts.main.webhooks.values():
            webhook["events"] = ["reservation_updated"]
        assert "or not for all events: switch the calls off and on again" in (await hostex.page()).text


async def test_a_webhook_about_which_nothing_is_known_is_kept_and_said(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        hostex.sandbox.faults.add("drop_after", CREATE)
        hostex.sandbox.faults.add("envelope", LIST, times=9, code=403, message="No")
        answer = await hostex.press("on")
        assert "Hostex did not say whether it registered the webhook." in answer.text
        assert await hostex.owner.deps.store.hooks.of_grant(hostex.grant.grant_id) is not None
        hostex.sandbox.faults.clear()
        assert "Registered in Hostex yes" in (await hostex.page()).text


async def test_another_secret_is_refused_until_the_owner_trusts_the_next_one(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        await hostex.turned_on()
        stay = next(iter(hostex.account.stays.values()))
        stay["remarks"] = "late"
        await hostex.sandbox.webhooks.finished()
        assert [call.status for call in hostex.sandbox.webhooks.made] == [200]
        (webhook,) = hostex.registered()
        webhook["_secret"] = SECRET
        stay["remarks"] = "later"
        await hostex.sandbox.webhooks.finished()
        assert hostex.sandbox.webhooks.made[-1].status == 404
        page = await hostex.page()
        assert "Last call with another secret today at 12:00 UTC, refused" in page.text
        await hostex.press("pin")
        stay["remarks"] = "latest"
        await hostex.sandbox.webhooks.finished()
        assert hostex.sandbox.webhooks.made[-1].status == 200


async def test_nobody_but_the_owner_in_their_browser_switches_anything(tmp_path: Path) -> None:
    async with called(tmp_path) as hostex:
        fields = changed((await hostex.page()).fields, action="on")
        other = hostex.owner.elsewhere()
        answers = [
            await other.post("/connect/hooks", fields),
            await other.get(f"/connect/hooks?grant={hostex.grant.grant_id}"),
            await hostex.owner.post("/connect/hooks", fields, {"origin": "https://evil.example"}),
            await hostex.owner.post("/connect/hooks", changed(fields, csrf="x")),
            await hostex.owner.post("/connect/hooks", changed(fields, action="both")),
        ]
        assert [answer.status_code >= 400 for answer in answers] == [True] * 5
        _, guest = await guest_of(hostex.owner, hostex.grant)
        await hostex.page(guest, status=404)
        assert hostex.registered() == []


async def test_a_connection_that_only_reads_has_no_button(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        await person.connect(TOKENS.READ_ONLY, access="read")
        grant = (await person.grants())[0]
        page = Html((await person.get(f"/connect/hooks?grant={grant.grant_id}")).text)
        assert "This connection only reads" in page.text
        assert page.all("button", value="on") == []
        assert "/connect/hooks" not in (await person.get("/connect")).text
        asked = [call for call in person.sandbox.log if call.path == "/webhooks"]
        assert asked == []
