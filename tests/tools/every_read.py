"""A call of every read of the demo account on its fixed day that gives no more than it has to."""

from typing import Any

from hostex_mcp.sandbox.state import SandboxAccount
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.tools.every_write import AIRBNB, LOFT, STAY, day

Row = dict[str, Any]


def every_read(account: SandboxAccount) -> dict[str, Row]:
    """Tool to arguments."""
    period = {"start_date": day(1), "end_date": day(20)}
    thread = next(iter(account.conversations))
    needed: dict[str, Row] = {
        "list_availabilities": {"property_ids": [LOFT], **period},
        "list_listing_calendars": {"listings": [AIRBNB], **period},
        "get_pricing_ratios": {"property_id": LOFT},
        "get_airbnb_price_and_rules": {"listing_id": AIRBNB["listing_id"]},
        "get_vrbo_price_and_rules": {"listing_id": "vr-3001"},
        "get_reservation_custom_fields": {"stay_code": STAY},
        "get_conversation": {"conversation_id": thread},
        "list_special_offers": {"conversation_id": thread},
        "list_transactions": period,
        "list_automation_actions": {"type": "message"},
        "get_knowledge_base": {"id": next(iter(account.knowledge_bases))},
        "get_stay": {"stay_code": STAY},
        "find_available_properties": {"check_in_date": day(40), "check_out_date": day(44)},
        "check_stay_extension": {"stay_code": STAY, "check_out_date": "2026-12-01"},
        "get_performance": period,
        "find_tools": {"query": "prices"},
        "call_read_tool": {"name": "list_tags", "arguments": {"limit": 1}},
    }
    reads = [tool for tool in CATALOGUE.values() if tool.effect is Effect.READ]
    return {tool.name: needed.get(tool.name, {}) for tool in reads}
