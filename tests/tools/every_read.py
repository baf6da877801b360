"""A call of every read of the demo account on its fixed day that gives no more than it has to."""

from typing import Any

from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.support.clock import TODAY, ahead
from tests.support.every_write import AIRBNB, LOFT, STAY
from tests.tools.sample_calls import sample

Row = dict[str, Any]


def every_read(account: SandboxAccount) -> dict[str, Row]:
    """Tool to arguments."""
    period = {"start_date": ahead(1), "end_date": ahead(20)}
    special: dict[str, Row] = {
        "list_availabilities": {"property_ids": [LOFT], **period},
        "list_listing_calendars": {"listings": [AIRBNB], **period},
        "get_stay": {"stay_code": STAY},
        "check_stay_extension": {"stay_code": STAY, "check_out_date": "2026-12-01"},
        "call_read_tool": {"name": "list_tags", "arguments": {"limit": 1}},
    }
    reads = [name for name, tool in CATALOGUE.items() if tool.effect is Effect.READ]
    return {name: sample(name, account, TODAY) for name in reads} | special
