"""The setting that turns the scope on."""

import pytest
from mcp.types import CallToolResult

from hostex_mcp.cli.session import open_engine
from hostex_mcp.settings import Settings, SettingsError, load
from tests.scope.scoping import GARDEN, LOFT

VARIABLE = "HOSTEX_MCP_PROPERTY_IDS"


async def served(settings: Settings) -> list[int]:
    async with open_engine(settings) as engine:
        result = await engine.call("list_properties", {"limit": 100})
    assert isinstance(result, CallToolResult)
    assert result.structured_content
    return [row["id"] for row in result.structured_content["items"]]


def test_ids_are_separated_by_commas() -> None:
    assert load({VARIABLE: f"{LOFT}, {GARDEN}"}).property_ids == (LOFT, GARDEN)


def test_without_it_there_is_no_scope() -> None:
    assert load({}).property_ids == ()
    assert load({VARIABLE: " "}).property_ids == ()


@pytest.mark.parametrize("value", ["Harbour Loft", "1,", ",", "0", "-5", "1;2", "1.5", "٣"])
def test_a_wrong_value_stops_the_start_with_one_line(value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({VARIABLE: value})
    assert str(caught.value) == f"{VARIABLE}={value}: allowed: ids of properties, comma-separated"


@pytest.mark.anyio
async def test_the_server_serves_only_these_properties() -> None:
    assert await served(load({VARIABLE: f"{LOFT},{GARDEN}", "HOSTEX_MCP_SANDBOX": "1"})) == [LOFT, GARDEN]


@pytest.mark.anyio
async def test_the_server_serves_all_properties_without_it() -> None:
    assert len(await served(load({"HOSTEX_MCP_SANDBOX": "1"}))) == 12
