"""The toolset of webhooks."""

from hostex_mcp.tools.webhooks.read import list_webhooks
from hostex_mcp.tools.webhooks.write import create_webhook, delete_webhook, update_webhook

TOOLS = (
    list_webhooks,
    create_webhook,
    update_webhook,
    delete_webhook,
)
