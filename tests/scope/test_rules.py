"""Every operation has a rule, and nothing without one gets through."""

from types import ModuleType
from typing import Any

import pytest

from hostex_mcp.api import HostexClient, ListEndpoint, Operation
from hostex_mcp.api.endpoints import (
    automation,
    calendar,
    finance,
    knowledge_base,
    messaging,
    oauth,
    price_and_rules,
    properties,
    reservations,
    reviews,
    tasks,
    webhooks,
)
from hostex_mcp.api.endpoints.models import IdName
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.scope import OutOfScope, ScopedClient
from hostex_mcp.scope.rules import RULES
from tests.contract.description import OPERATIONS
from tests.scope.scoping import SERVED, changes

pytestmark = pytest.mark.anyio

MODULES: list[ModuleType] = [
    automation,
    calendar,
    finance,
    knowledge_base,
    messaging,
    oauth,
    price_and_rules,
    properties,
    reservations,
    reviews,
    tasks,
    webhooks,
]
DECLARED: list[ListEndpoint[Any] | Operation[Any]] = [
    value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, ListEndpoint | Operation)
]
SHARED_BY_ALL = [
    properties.CREATE_PROPERTY,
    properties.CREATE_ROOM_TYPE,
    reservations.CREATE_RESERVATION_TAG,
    reservations.DELETE_RESERVATION_TAG,
    tasks.UPDATE_STAFF,
    tasks.DELETE_STAFF,
    webhooks.CREATE_WEBHOOK,
    webhooks.UPDATE_WEBHOOK,
    webhooks.DELETE_WEBHOOK,
    oauth.OBTAIN_TOKEN,
    oauth.REVOKE_TOKEN,
]


def test_every_declared_operation_has_a_rule() -> None:
    assert {target.name for target in DECLARED} == set(OPERATIONS)
    assert [target.name for target in DECLARED if target not in RULES] == []
    assert len(RULES) == len(DECLARED)


def test_lists_that_are_sifted_are_paged() -> None:
    sifted = [target for target, rule in RULES.items() if isinstance(target, ListEndpoint) and rule.view]
    assert len(sifted) == 13
    assert all(listing.paged for listing in sifted)


async def test_an_operation_without_a_rule_is_refused(client: HostexClient, sandbox: Sandbox) -> None:
    scoped = ScopedClient(client, SERVED)
    with pytest.raises(OutOfScope):
        await scoped.call(Operation[Any]("GET", "/properties"))
    with pytest.raises(OutOfScope):
        await scoped.call(Operation[None]("POST", "/properties/new"), body={"property_id": SERVED[0]})
    with pytest.raises(OutOfScope):
        await scoped.page(ListEndpoint("/invoices", "invoices", IdName, lambda row: row.id))
    assert sandbox.log == []


@pytest.mark.parametrize("operation", SHARED_BY_ALL, ids=lambda operation: operation.name)
async def test_what_the_whole_account_shares_is_left_alone(
    client: HostexClient, sandbox: Sandbox, operation: Operation[Any]
) -> None:
    with pytest.raises(OutOfScope) as caught:
        await ScopedClient(client, SERVED).call(operation, path={"id": 1}, body={"property_ids": [SERVED[0]]})
    assert caught.value.kind == "blocked"
    assert "HOSTEX_MCP_PROPERTY_IDS" in (caught.value.hint or "")
    assert changes(sandbox) == []


async def test_webhooks_are_not_shown(client: HostexClient, sandbox: Sandbox) -> None:
    with pytest.raises(OutOfScope):
        await ScopedClient(client, SERVED).page(webhooks.LIST_WEBHOOKS)
    assert sandbox.log == []


@pytest.mark.parametrize("value", [20110004, 0, "20110004", [20110001, 20110004], "20110001,20110004", "-1"])
@pytest.mark.parametrize("name", ["property_id", "property_ids"])
async def test_a_property_outside_is_refused_wherever_it_is_named(
    client: HostexClient, sandbox: Sandbox, name: str, value: Any
) -> None:
    scoped = ScopedClient(client, SERVED)
    with pytest.raises(OutOfScope, match="is outside the properties that this server serves"):
        await scoped.page(tasks.LIST_TASKS, query={name: value})
    with pytest.raises(OutOfScope):
        await scoped.call(tasks.CREATE_TASK, body={name: value, "type": "other", "currency": "EUR"})
    assert sandbox.log == []
