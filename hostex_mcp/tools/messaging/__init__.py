"""The toolset of conversations with guests."""

from hostex_mcp.tools.messaging.offers import send_preapproval, send_special_offer, withdraw_special_offer
from hostex_mcp.tools.messaging.read import get_conversation, list_conversations, list_special_offers
from hostex_mcp.tools.messaging.write import send_message, update_conversation_note

TOOLS = (
    list_conversations,
    get_conversation,
    list_special_offers,
    send_message,
    update_conversation_note,
    send_special_offer,
    send_preapproval,
    withdraw_special_offer,
)
