"""Writes through a scope: those inside are sent, those that reach beyond are refused and change nothing."""

import pytest

from hostex_mcp.api import HostexClient, Operation
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.scope import OutOfScope, ScopedClient
from hostex_mcp.scope.rules import RULES
from tests.scope.scoped_writes import cases, prepared
from tests.scope.scoping import SERVED, changes
from tests.scope.test_rules import SHARED_BY_ALL

pytestmark = pytest.mark.anyio

WRITES = sorted(
    target.name
    for target in RULES
    if isinstance(target, Operation) and target.writes and target not in SHARED_BY_ALL
)


def test_every_write_has_a_case(sandbox: Sandbox) -> None:
    assert sorted(cases(sandbox.accounts.main)) == WRITES


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_inside_is_sent(client: HostexClient, sandbox: Sandbox, name: str) -> None:
    case = cases(prepared(sandbox.accounts.main))[name]
    await ScopedClient(client, SERVED).call(case.operation, path=case.inside.path, body=case.inside.body)
    assert changes(sandbox) == [name]


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_that_reaches_beyond_is_refused_and_not_sent(
    client: HostexClient, sandbox: Sandbox, name: str
) -> None:
    case = cases(prepared(sandbox.accounts.main))[name]
    assert case.outside
    for arguments in case.outside:
        with pytest.raises(OutOfScope) as caught:
            await ScopedClient(client, SERVED).call(case.operation, path=arguments.path, body=arguments.body)
        assert caught.value.kind == "blocked"
        assert "Only the operator of this server can change that" in (caught.value.hint or "")
    assert changes(sandbox) == []
