"""A tool that reads webhooks: addresses that Hostex calls when something happens."""

from typing import TypedDict

from hostex_mcp.api.endpoints import webhooks as api
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import ListPage, PageRequest, row_mapper
from hostex_mcp.toolkit.tool import tool


class WebhookRow(TypedDict, total=False):
    """A registered webhook. `manageable` is true only for those that this application registered."""

    id: int
    url: str
    events: list[str]
    manageable: bool | None


_webhook = row_mapper(WebhookRow)


@tool("List webhooks", keywords="notification callback event url")
async def list_webhooks(context: Context, page: PageRequest) -> ListPage[WebhookRow]:
    """Registered webhook addresses, the events each receives, and whether this application may change it."""
    return await context.dictionary(api.LIST_WEBHOOKS, page, _webhook)
