"""An app that asks for changes, and the pages on which a person decides on them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import httpx2
from mcp.types import CallToolResult

from hostex_mcp.http.store.records import Grant
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.sandbox.tokens import TOKENS
from hostex_mcp.server.changes.record import PendingChange
from tests.http.connecting import HERE, Person
from tests.http.html_pages import Fields, Html, changed, forms
from tests.support.clock import TODAY, ahead
from tests.support.requests_sent import written

# One reads, the other finds out whether a token may write: no webhook has that number.
_NO_CHANGES = ("POST /listings/calendar", "DELETE /webhooks/{id}")
LISTING = "900000000000000101"
THREAD = "0-2200000039-thr039"


async def connected(person: Person, **told: Any) -> Grant:
    """The grant of a person who lets an app write."""
    await person.answer(await person.consent(**told), token=TOKENS.WRITABLE, access="write")
    return (await person.grants())[0]


async def call(person: Person, grant: Grant, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the model of the app is answered."""
    caller = Caller(grant.grant_id, grant.choices.scopes, grant=grant)
    engine = await person.tenants.engine(caller, {})
    return cast(
        "dict[str, Any]", cast("CallToolResult", await engine.call(tool, arguments)).structured_content
    )


def prices(price: int = 163) -> dict[str, Any]:
    """A price for two nights of the Harbour Loft."""
    days = {"start_date": ahead(17), "end_date": ahead(18)}
    return {"channel_type": "airbnb", "listing_id": LISTING, "prices": [{**days, "price": price}]}


async def asked(person: Person, grant: Grant, price: int = 163) -> str:
    """The id of a price change that waits."""
    answer = await call(person, grant, "update_listing_prices", prices(price))
    assert answer.get("status") == "waiting_for_person", answer
    return str(answer["change_id"])


async def drafted(person: Person, grant: Grant, text: str = "Good evening") -> str:
    """The id of a message that waits."""
    answer = await call(person, grant, "send_message", {"conversation_id": THREAD, "message": text})
    assert answer.get("status") == "waiting_for_person", answer
    return str(answer["change_id"])


async def opened(person: Person, change_id: str, status: int = 200) -> Html:
    """The page of a change."""
    answer = await person.get(f"/changes/{change_id}")
    assert answer.status_code == status
    return Html(answer.text)


async def listed(person: Person) -> Html:
    """The page of all changes."""
    answer = await person.get("/changes")
    assert answer.status_code == 200
    return Html(answer.text)


async def press(
    person: Person,
    change_id: str,
    decision: str,
    headers: dict[str, str] = HERE,
    /,
    **values: str | list[str],
) -> httpx2.Response:
    """The answer to a button on the page of a change, pressed as it is now."""
    page = await opened(person, change_id)
    return await send(person, change_id, page, decision, headers, **values)


async def send(
    person: Person,
    change_id: str,
    page: Html,
    decision: str,
    headers: dict[str, str] = HERE,
    /,
    **values: str | list[str],
) -> httpx2.Response:
    """The answer to a button on a page that was loaded before."""
    fields = changed(page.fields, **{"decision": decision, **values})
    return await person.post(f"/changes/{change_id}", fields, headers)


async def tick(person: Person, decision: str, *change_ids: str, **values: str) -> httpx2.Response:
    """The answer to a button on the page of all changes, with some of them ticked."""
    page = await listed(person)
    tickets = [box["value"] for box in page.all("input", name="change", type="checkbox")]
    ticked = [ticket for ticket in tickets if ticket.split(" ")[0] in change_ids]
    assert len(ticked) == len(change_ids)
    fields: Fields = [("change", ticket) for ticket in ticked]
    return await person.post("/changes", changed([*fields, ("decision", decision)], **values))


async def after(person: Person, answer: httpx2.Response) -> Html:
    """The page that a form led to."""
    assert answer.status_code == 303, answer.text
    return Html((await person.get(answer.headers["location"])).text)


async def kept(person: Person, change_id: str) -> PendingChange:
    """The record of a change."""
    change = await person.deps.store.changes.find(change_id)
    assert change is not None
    return change


def reprice(person: Person, price: int) -> None:
    """Somebody else sets a price for the same two nights."""
    rates = person.sandbox.accounts.main.rates["airbnb", LISTING]
    for days in (17, 18):
        rates.prices[TODAY + timedelta(days=days)] = price


def sent(person: Person) -> list[str]:
    """What Hostex was told to change."""
    return [request for request in written(person.sandbox) if request not in _NO_CHANGES]


def find_form(source: str) -> Fields:
    """The form that looks for a token's changes."""
    return next(form for form in forms(source) if any(name == "csrf" for name, _ in form))
