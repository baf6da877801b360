"""The toolset of planned messages and reviews."""

from hostex_mcp.tools.automation.read import list_automation_actions
from hostex_mcp.tools.automation.write import delete_automation_action, execute_automation_action

TOOLS = (
    list_automation_actions,
    execute_automation_action,
    delete_automation_action,
)
