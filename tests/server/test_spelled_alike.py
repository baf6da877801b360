"""In a preview nothing hides behind the name of something else."""

from typing import Any

import pytest

from hostex_mcp.api import HostexClient
from hostex_mcp.sandbox import Sandbox
from hostex_mcp.server.preview import preview_of
from hostex_mcp.toolkit.results import PlannedWrite, Preview
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.engine import client as client
from tests.support.engine import sandbox as sandbox
from tests.support.every_write import STAY
from tests.support.previewing import planned

pytestmark = pytest.mark.anyio


async def _nothing() -> Any:
    raise NotImplementedError


def test_members_whose_names_are_spelled_alike_are_all_shown() -> None:
    fields = {"door": "1", "door ": "2", "do\u200bor": "3"}
    change = PlannedWrite[Any](
        _nothing, None, Preview("Write", {}, [{"what": "fields", "after": fields}], [])
    )
    shown = preview_of(CATALOGUE["create_task"], {}, change)
    assert sorted(shown["changes"][0]["after"].values()) == ["1", "2", "3"]


async def test_a_field_that_goes_is_told_from_one_that_becomes_the_word_removed(
    client: HostexClient, sandbox: Sandbox
) -> None:
    sandbox.accounts.main.stays[STAY]["custom_fields"] = {"door": "left"}
    tool, stay = "update_reservation_custom_fields", {"stay_code": STAY}
    goes = await planned(client, tool, {**stay, "clear": ["door"]})
    becomes = await planned(client, tool, {**stay, "custom_fields": {"door": "removed"}})
    assert [row["what"] for row in goes.changes] == ["removal of custom field door"]
    assert [row["what"] for row in becomes.changes] == ["custom field door"]
