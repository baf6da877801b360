"""Tools that read the knowledge base from which Hostex's own assistant answers guests."""

from typing import Annotated, TypedDict

from annotated_types import MaxLen

from hostex_mcp.api.endpoints import knowledge_base as api
from hostex_mcp.toolkit.arguments import Channel, Id, PropertyId
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import Item, ListPage, PageRequest, everything, row_mapper
from hostex_mcp.toolkit.tool import tool


class KnowledgeRow(TypedDict, total=False):
    """A knowledge entry in a list."""

    id: int
    title: str
    is_enable: bool | None
    process_status: str


_entry = row_mapper(KnowledgeRow)


@tool(
    "List knowledge entries",
    hostex_name="search_knowledge_bases",
    keywords="house rules faq wifi instructions hostgpt assistant",
)
async def list_knowledge_bases(
    context: Context,
    page: PageRequest,
    property_ids: Annotated[list[PropertyId], MaxLen(100)] | None = None,
    channel_types: Annotated[list[Channel], MaxLen(20)] | None = None,
) -> ListPage[KnowledgeRow]:
    """Entries that feed Hostex's own reply assistant, by property or channel; `get_knowledge_base` gives
    the text of one."""
    query = {"property_ids": property_ids, "channel_types": channel_types}
    return await context.rows(api.LIST_KNOWLEDGE_BASES, page, _entry, query=query)


@tool("Get a knowledge entry", hostex_name="get_knowledge_base", keywords="house rules faq text")
async def get_knowledge_base(context: Context, id: Id) -> Item[api.KnowledgeBase]:
    """One knowledge entry with its texts and the properties and channels it applies to."""
    entry = await context.read(api.GET_KNOWLEDGE_BASE, path={"id": id})
    return Item(everything(entry), long="contents")
