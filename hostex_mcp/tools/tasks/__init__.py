"""The toolset of tasks and staff."""

from hostex_mcp.tools.tasks.read import list_staffs, list_tasks
from hostex_mcp.tools.tasks.staff import create_staff, delete_staff, update_staff
from hostex_mcp.tools.tasks.write import create_task, delete_task, update_task

TOOLS = (
    list_tasks,
    list_staffs,
    create_task,
    update_task,
    delete_task,
    create_staff,
    update_staff,
    delete_staff,
)
