"""What a host asks takes fewer calls and tokens than with one tool for each operation of the API."""

import pytest

from benchmarks.conversations import ALL, measured

pytestmark = pytest.mark.anyio


async def test_twenty_conversations_take_seven_tenths_of_the_calls_and_a_fifth_of_the_tokens() -> None:
    # An answer that lacks what was asked for stops the measurement.
    table = await measured()
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert len(rows) == 22
    assert float(rows[ALL]["Calls, %"]) <= 70
    assert float(rows[ALL]["Tokens, %"]) <= 20
