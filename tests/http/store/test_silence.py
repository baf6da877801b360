"""A PostgreSQL server that does not answer holds nobody up for good."""

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as Unanswered

from hostex_mcp.http.store import database, open_store
from hostex_mcp.http.store.addresses import place_of
from hostex_mcp.http.store.database import opened
from tests.http.keeping import RING, a_change, granted
from tests.support.clock import Clock

pytestmark = pytest.mark.anyio


async def test_what_the_database_does_not_answer_is_given_up_and_was_not_done(
    postgres_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(postgres_url, RING, grace=60, now=Clock()) as store:
        change = a_change(await granted(store))
        with psycopg.connect(postgres_url.get_secret_value()) as somebody:
            somebody.execute("LOCK TABLE changes IN ACCESS EXCLUSIVE MODE")
            monkeypatch.setattr(database, "ANSWER_SECONDS", 0.3)
            # More often than there are connections: none is lost.
            for _ in range(6):
                with pytest.raises(Unanswered):
                    await store.changes.find(change.id)
                with pytest.raises(Unanswered):
                    await store.changes.add(change)
        monkeypatch.undo()
        assert await store.changes.find(change.id) is None
        await store.changes.add(change)
        assert await store.changes.find(change.id) == change


async def test_a_process_that_stands_still_in_a_transaction_does_not_keep_its_locks(
    postgres_url: SecretStr,
) -> None:
    async with opened(place_of(postgres_url)) as served:
        # The setting outlives the transaction in which it was made.
        for _ in range(2):
            async with served.transaction() as connection:
                shown = await connection.execute(text("SHOW idle_in_transaction_session_timeout"))
                assert shown.scalar_one() == "1min"
