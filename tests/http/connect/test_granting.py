"""Grants that cannot be completed."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from hostex_mcp.http.connect.consent_request import ConsentRequest
from hostex_mcp.http.connect.granting import Granting
from hostex_mcp.http.store.records import Choices, Credential, Grant
from hostex_mcp.pages.render import PageError
from tests.http.connecting import ADDRESS, CLIENT, Person, authorization, deployment

pytestmark = pytest.mark.anyio


async def pending(person: Person) -> str:
    grant = Grant(
        grant_id="grant-1",
        client_id=CLIENT,
        client_name="Claude",
        returns_to="claude.ai",
        choices=Choices(frozenset(["hostex:read"])),
        resource=ADDRESS.resource,
        browser=person.browser.digest,
        kind="token",
        status="pending",
        created_at=person.clock(),
    )
    await person.deps.store.grants.add(grant, Credential("token", SecretStr("some-token")))
    return grant.grant_id


async def test_a_grant_of_another_client_is_ended_rather_than_completed(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant_id = await pending(person)
        foreign = ConsentRequest("", authorization(person.clock(), client_id="another"), person.browser)
        with pytest.raises(PageError, match="out of date"):
            await Granting(person.deps).activate(foreign, grant_id, None)
        grant = await person.deps.store.grants.get(grant_id)
        assert grant is not None
        assert grant.status == "ended"


async def test_a_grant_that_was_ended_meanwhile_is_not_completed(tmp_path: Path) -> None:
    async with deployment(tmp_path) as person:
        grant_id = await pending(person)
        await person.deps.credentials.end(grant_id, "It was ended.")
        consent = ConsentRequest("", authorization(person.clock()), person.browser)
        with pytest.raises(PageError, match="already been answered"):
            await Granting(person.deps).activate(consent, grant_id, None)
