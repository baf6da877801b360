"""A tool that reads webhooks: addresses that Hostex calls when something happens."""

import re
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


_OUR_END = re.compile(r"(/hooks/)[A-Za-z0-9_-]{43}")

_webhook = row_mapper(WebhookRow)


def shown_url(url: str) -> str:
    """Return an address as it is shown: the end of one at which this server is called is a secret."""
    return _OUR_END.sub(r"\1…", url)


@tool("List webhooks", keywords="notification callback event url")
async def list_webhooks(context: Context, page: PageRequest) -> ListPage[WebhookRow]:
    """Registered webhook addresses, the events each receives, and whether this application may change it."""
    webhooks = (await context.client.page(api.LIST_WEBHOOKS)).items
    shown = [webhook.model_copy(update={"url": shown_url(webhook.url)}) for webhook in webhooks]
    return await context.chosen(shown, page, _webhook)
