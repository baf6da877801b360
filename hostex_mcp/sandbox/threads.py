"""Writing into conversation threads."""

from datetime import datetime

from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row, SandboxAccount


def new_message(
    account: SandboxAccount, sender: str, now: datetime, content: str, attachment: Row | None = None
) -> Row:
    """Make a message of the host's side."""
    return {
        "id": f"m-{account.new_id()}",
        "sender_role": "host",
        "sender_name": sender,
        "sources": [],
        "display_type": "Text" if attachment is None else "FileAttachment",
        "content": content,
        "attachment": attachment,
        "created_at": iso(now),
    }


def deliver(account: SandboxAccount, conversation_id: str, message: Row) -> None:
    """Put a message on top of its thread, and the thread on top of the list."""
    conversation = account.conversations.pop(conversation_id)
    conversation["messages"] = [message, *conversation["messages"]]
    account.conversations = {conversation_id: conversation} | account.conversations
