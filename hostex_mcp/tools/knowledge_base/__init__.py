"""The toolset of the knowledge base."""

from hostex_mcp.tools.knowledge_base.read import get_knowledge_base, list_knowledge_bases
from hostex_mcp.tools.knowledge_base.write import (
    create_knowledge_base,
    delete_knowledge_base,
    update_knowledge_base,
)

TOOLS = (
    list_knowledge_bases,
    get_knowledge_base,
    create_knowledge_base,
    update_knowledge_base,
    delete_knowledge_base,
)
