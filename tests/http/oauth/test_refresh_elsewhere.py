"""A refresh token at another server of the same database, and one that another process is faster with."""

from pathlib import Path

import pytest

from hostex_mcp.http.keys.keyring import KeyRing, new_key
from hostex_mcp.http.store.records import Pair
from tests.http.authorizing import deployed, error_of
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


async def test_a_refresh_token_of_another_server_in_the_same_database_is_refused(tmp_path: Path) -> None:
    keys, clock = KeyRing([new_key()]), Clock()
    async with (
        deployed(tmp_path, keys=keys, clock=clock) as ours,
        deployed(tmp_path, keys=keys, clock=clock, origin="https://other.example") as theirs,
    ):
        client = await ours.register()
        pair = await ours.connect(client["client_id"])
        elsewhere = await theirs.refresh(client["client_id"], pair["refresh_token"])
        at_home = await ours.refresh(client["client_id"], pair["refresh_token"])
    assert error_of(elsewhere) == "invalid_grant"
    assert at_home.status_code == 200


async def test_a_refresh_that_another_process_made_long_before_this_one_got_to_it_ends_the_grant(
    tmp_path: Path,
) -> None:
    async with deployed(tmp_path) as server:
        client = await server.register()
        pair = await server.connect(client["client_id"])
        rotate = server.store.tokens.rotate

        async def late(text: str, scopes: tuple[str, ...]) -> Pair | None:
            await rotate(text, scopes)
            server.clock.advance(seconds=61)
            return await rotate(text, scopes)

        server.store.tokens.rotate = late
        refused = await server.refresh(client["client_id"], pair["refresh_token"])
    assert error_of(refused) == "invalid_grant"
    assert list(server.ended) == ["grant-1"]
