"""Owners say where they are told of changes; the server reaches nothing for them but a few services."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import apprise
import httpx2
import pytest

from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.tenants import owner_notices
from hostex_mcp.http.tenants.owner_notices import OwnerNotices, is_allowed
from hostex_mcp.server.changes.told import ToldChanges
from hostex_mcp.server.notices import Delivery
from tests.http.changing import connected
from tests.http.connecting import Person, deployment
from tests.http.html_pages import Html, changed
from tests.http.inviting import guest_of
from tests.http.keeping import a_change
from tests.support.clock import Clock
from tests.support.phone import settled

pytestmark = pytest.mark.anyio

NTFY = "ntfy://my-changes_4711"
GOOD = {
    NTFY: "ntfy",
    "tgram://123456789:AAE-abcdefghijklmnopqrstuvwxyz_1234/-100123456": "Telegram",
    "slack://TJ5E2TR6V/BJ5D6VXM5/kEo8dqpXTpFHFLzVbOGSgXRz": "Slack",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js": "Discord",
    f"pover://{'u' * 30}@{'a' * 30}": "Pushover",
}
BAD = [
    "json://127.0.0.1/x",
    "http://169.254.169.254/latest",
    "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "mailto://user:pass@localhost",
    "ntfy://127.0.0.1/topic",
    "ntfy://localhost/topic",
    "ntfy://10.0.0.1",
    "ntfy://user:pass@topic",
    "ntfys://topic",
    "ntfy://topic?mode=private",
    "ntfy://topic#x",
    "ntfy://topic/",
    "ntfy://topic%2fx",
    "NTFY://topic",
    "ntfy://t\u00f6pic",
    "tgram://123456789:short/1",
    "discord://10.0.0.1:80/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "slack://TJ5E2TR6V/BJ5D6VXM5/kEo8dqpXTpFHFLzVbOGSgXRz/#general",
    "syslog://",
    "file:///etc/passwd",
    "my-topic",
]


read: Callable[[str], Any] = cast("Any", apprise.Apprise).instantiate


class Wire:
    """Takes the place of what goes out."""

    def __init__(self) -> None:
        self.sent: list[tuple[Sequence[str], str, str]] = []
        self.arrives = True

    def __call__(self, addresses: Sequence[str]) -> "Wire":
        self._addresses = addresses
        return self

    async def deliver(self, title: str, text: str) -> Sequence[Delivery]:
        self.sent.append((self._addresses, title, text))
        return [Delivery(address.partition(":")[0], self.arrives) for address in self._addresses]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(owner_notices, "Addresses", wire)
    return wire


async def page_of(person: Person, grant: Grant) -> Html:
    answer = await person.get(f"/connect/notices?grant={grant.grant_id}")
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


async def press(person: Person, grant: Grant, action: str, addresses: str = "") -> httpx2.Response:
    fields = changed((await page_of(person, grant)).fields, action=action, addresses=addresses)
    return await person.post("/connect/notices", fields)


async def test_addresses_are_kept_like_tokens_and_shown_as_services_only(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        assert Html((await person.get("/connect")).text).all("a", **{"class": "button"})
        assert "You are told by nothing yet." in (await page_of(person, grant)).text
        chosen = list(GOOD)[:3]
        answer = await press(person, grant, "save", "\r\n".join(chosen))
        assert "Saved." in Html(answer.text).text
        assert await person.deps.store.notice_addresses.of_grant(grant.grant_id) == chosen
        page = await page_of(person, grant)
        assert "You are told by: ntfy, Telegram, Slack." in page.text
        assert not [address for address in chosen if address.partition("//")[2] in page.source]
    with closing(sqlite3.connect(tmp_path / "pages.db")) as file:
        dump = "\n".join(file.iterdump())
    assert grant.grant_id in dump
    assert not [address for address in chosen if address.partition("//")[2] in dump]


async def test_they_can_be_replaced_and_forgotten_and_end_with_the_connection(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant, store = await connected(person), person.deps.store.notice_addresses
        await press(person, grant, "save", NTFY)
        await press(person, grant, "save", "ntfy://other")
        assert await store.of_grant(grant.grant_id) == ["ntfy://other"]
        assert "forgotten" in (await press(person, grant, "forget")).text
        assert await store.of_grant(grant.grant_id) == []
        await press(person, grant, "save", NTFY)
        await person.deps.credentials.end(grant.grant_id, "disconnected")
        assert await store.of_grant(grant.grant_id) == []
        assert (await person.get(f"/connect/notices?grant={grant.grant_id}")).status_code == 404


@pytest.mark.parametrize("address", BAD)
async def test_an_address_that_could_name_a_machine_is_refused_by_its_place(
    address: str, tmp_path: Path
) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        answer = await press(person, grant, "save", f"{NTFY}\n{address}")
        assert answer.status_code == 400
        assert "Address 2 is none of the services below" in Html(answer.text).text
        assert address not in answer.text.partition("<form")[0]
        assert await person.deps.store.notice_addresses.of_grant(grant.grant_id) == []


@pytest.mark.parametrize("address", GOOD)
def test_an_address_that_is_allowed_is_of_its_service_at_its_well_known_place(address: str) -> None:
    assert is_allowed(address)
    service = read(address)
    assert service.service_name == GOOD[address]
    # Only this one can be told to go to a machine of one's own.
    assert getattr(service, "mode", "cloud") in ("cloud", "hook")


@pytest.mark.parametrize(("addresses", "said"), [("", "at least one"), ("ntfy://a " * 4, "at most 3")])
async def test_too_few_and_too_many_are_refused(addresses: str, said: str, tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        answer = await press(person, await connected(person), "save", addresses)
        assert answer.status_code == 400
        assert said in Html(answer.text).text


async def test_a_test_notice_goes_to_what_is_kept_and_not_too_often(tmp_path: Path, wire: Wire) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        await press(person, grant, "save", NTFY)
        assert wire.sent == []
        assert "ntfy: sent" in Html((await press(person, grant, "test")).text).text
        assert wire.sent[0][:2] == ([NTFY], "Hostex: a test notice")
        wire.arrives = False
        assert "ntfy: NOT sent" in Html((await press(person, grant, "test")).text).text
        statuses = [(await press(person, grant, "test")).status_code for _ in range(9)]
        assert statuses[7:] == [200, 429]
        assert len(wire.sent) == 10


async def test_nobody_but_the_owner_sees_or_sets_them(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant = await connected(person)
        form = changed((await page_of(person, grant)).fields, action="save", addresses=NTFY)
        guest, theirs = await guest_of(person, grant)
        for somebody, of in ((person.elsewhere(), grant), (guest, grant), (guest, theirs)):
            answer = await somebody.get(f"/connect/notices?grant={of.grant_id}")
            assert answer.status_code == 404
        assert (await person.elsewhere().post("/connect/notices", form)).status_code == 403
        elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        assert (await person.post("/connect/notices", form, elsewhere)).status_code == 403
        assert await person.deps.store.notice_addresses.of_grant(grant.grant_id) == []


async def test_the_owner_is_told_of_what_they_decide_on_and_nobody_of_anything_else(
    tmp_path: Path, wire: Wire
) -> None:
    async with deployment(tmp_path) as person:
        grant, store = await connected(person), person.deps.store
        await store.notice_addresses.put(grant.grant_id, [NTFY])
        where = "Open https://mcp.example.com/changes to decide."
        owners = OwnerNotices(store.notice_addresses, where, Clock())
        told = ToldChanges(store.changes, owners, person.clock)
        _, theirs = await guest_of(person, grant)
        await told.begin(a_change(theirs.grant_id, id="theirs"))
        await settled()
        assert wire.sent == []
        about = {"title": "Set prices", "asked_by": "Maria, in Claude", "owner": grant.grant_id}
        await told.begin(a_change(theirs.grant_id, id="needs the owner", digest="other", **about))
        await settled()
        [(addresses, title, text)] = wire.sent
        assert (addresses, title) == ([NTFY], "Hostex: a change waits for you")
        assert text == f"Maria, in Claude asks: Set prices\nNothing happens until you decide. {where}"
        await owners.aclose()
