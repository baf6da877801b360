"""The official conformance suite on a server of its own fixtures, served by our application factory."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.datastructures import Headers

from hostex_mcp.http.app import assemble
from hostex_mcp.http.config import Address
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.ports import Ports
from hostex_mcp.http.transport.rate_limits import Limits
from hostex_mcp.server.engine import Engine
from hostex_mcp.settings import Settings
from tests.conformance.fixture_server import create_fixture_server
from tests.conformance.suite import REVISIONS, failing, server_suite
from tests.support.serving import served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

# Needs a message of the server beside its one JSON answer, so that only streams can carry it.
NEEDS_A_STREAM = {
    "2025-11-25": {
        "tools-call-with-logging",
        "tools-call-with-progress",
        "tools-call-sampling",
        "tools-call-elicitation",
        "elicitation-sep1034-defaults",
        "elicitation-sep1330-enums",
    },
    "2026-07-28": {"tools-call-with-progress"},
}


class Anyone:
    async def identify(self, headers: Headers) -> Caller:
        return Caller("conformance")

    async def engine(self, caller: Caller, narrowing: Mapping[str, str]) -> Engine:
        return cast("Any", None)


def fixtures(*, streams: bool) -> Callable[[Address], Starlette]:
    def make(address: Address) -> Starlette:
        server = create_fixture_server()
        manager = StreamableHTTPSessionManager(server, stateless=not streams, json_response=not streams)
        inside = Ports(identifies=Anyone(), engines=Anyone())
        limits = Limits(account=None)
        return assemble(Settings(), address, inside, limits=limits, manager=manager)

    return make


@pytest.mark.parametrize("revision", REVISIONS)
def test_everything_passes_with_sessions_and_streams(revision: str, tmp_path: Path) -> None:
    with served(fixtures(streams=True)) as address:
        verdicts = server_suite(address.resource, revision, tmp_path)
    assert failing(verdicts) == set()


@pytest.mark.parametrize("revision", REVISIONS)
def test_without_them_all_passes_but_what_needs_a_stream(revision: str, tmp_path: Path) -> None:
    with served(fixtures(streams=False)) as address:
        verdicts = server_suite(address.resource, revision, tmp_path)
    assert failing(verdicts) == NEEDS_A_STREAM[revision]
