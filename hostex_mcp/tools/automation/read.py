"""Tools that read automatic messages and reviews that wait to be sent."""

from typing import Annotated, Literal, TypedDict

from annotated_types import MaxLen

from hostex_mcp.api.endpoints import automation as api
from hostex_mcp.toolkit.arguments import Channel, Code, LocalTime, PropertyId, ShortText
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, PageRequest, row_mapper
from hostex_mcp.toolkit.tool import tool

ActionType = Literal["message", "review"]


class ActionRow(TypedDict, total=False):
    """A waiting automatic message or review; `id` is its plan id, the time is the operator's local time."""

    id: int
    name: str
    send_to: str
    stay_code: str | None
    property_id: int | None
    scheduled_at: str
    channel_type: str


_action = row_mapper(ActionRow)


@tool(
    "List automation actions",
    hostex_name="search_automation_actions",
    open_world=True,
    keywords="scheduled message template queue automatic review plan",
)
async def list_automation_actions(
    context: Context,
    page: PageRequest,
    type: ActionType,
    stay_code: Code | None = None,
    property_ids: Annotated[list[PropertyId], MaxLen(100)] | None = None,
    keyword: ShortText | None = None,
    start_time: LocalTime | None = None,
    end_time: LocalTime | None = None,
    channel_types: Annotated[list[Channel], MaxLen(20)] | None = None,
) -> ListPage[ActionRow]:
    """Automatic messages of the next 30 days, or automatic host reviews, that wait to be sent. Hostex gives
    name, recipient and time of each, not its text."""
    query = {
        "type": type,
        "stay_code": stay_code,
        "property_ids": property_ids,
        "keyword": keyword,
        "start_time": start_time,
        "end_time": end_time,
        "channel_types": channel_types,
    }
    return await context.rows(api.LIST_AUTOMATION_ACTIONS, page, _action, query=query)
