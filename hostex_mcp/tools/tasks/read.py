"""Tools that read tasks such as cleanings and repairs, and the staff who do them."""

from typing import Literal, TypedDict

from hostex_mcp.api.endpoints import tasks as api
from hostex_mcp.toolkit.arguments import Day, Id, PropertyId, in_order
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, PageRequest, row_mapper
from hostex_mcp.toolkit.tool import tool

TaskType = Literal["cleaning", "maintenance", "reception", "room_service", "other"]
TaskStatus = Literal["pending", "in_progress", "completed", "cancelled"]


class TaskRow(TypedDict, total=False):
    """A task in a list; times are the operator's local time."""

    id: int
    type: str
    status: str
    property_id: int | None
    property_title: str | None
    stay_code: str | None
    staff_name: str | None
    expected: str | None
    note: str | None


class StaffRow(TypedDict, total=False):
    """A staff member in a list."""

    id: int
    name: str
    is_active: bool | None
    mobile: str | None
    note: str | None


_task = row_mapper(TaskRow)
_staff = row_mapper(StaffRow)


@tool(
    "List tasks",
    hostex_name="search_tasks",
    core=True,
    keywords="cleaning cleaner housekeeping maintenance turnover to do",
)
async def list_tasks(
    context: Context,
    page: PageRequest,
    start_date: Day | None = None,
    end_date: Day | None = None,
    property_id: PropertyId | None = None,
    staff_id: Id | None = None,
    type: TaskType | None = None,
    status: TaskStatus | None = None,
    id: Id | None = None,
) -> ListPage[TaskRow]:
    """Tasks by expected date (both dates or none, operator's time zone), property, staff, type or status.
    Many teams leave done tasks `pending`."""
    in_order(start_date=start_date, end_date=end_date)
    query = {
        "start_date": start_date,
        "end_date": end_date,
        "property_id": property_id,
        "staff_id": staff_id,
        "type": type,
        "status": status,
        "id": id,
    }
    return await context.rows(api.LIST_TASKS, page, _task, query=query)


@tool("List staff", hostex_name="search_staffs", keywords="cleaner employee team member phone")
async def list_staffs(
    context: Context, page: PageRequest, is_active: bool | None = None, id: Id | None = None
) -> ListPage[StaffRow]:
    """Staff members with contact and note. Hostex gives no role or assigned properties; the tasks that
    somebody is given show what they do."""
    return await context.rows(api.LIST_STAFFS, page, _staff, query={"is_active": is_active, "id": id})
