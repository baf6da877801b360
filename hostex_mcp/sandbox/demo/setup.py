"""What a host sets up once: knowledge for the reply assistant, webhooks, calendar links."""

from datetime import time

from hostex_mcp.sandbox.demo.builder import Builder
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.tokens import WRITABLE


def add_setup(builder: Builder) -> None:
    """Add the knowledge bases, webhooks and share links of the plan."""
    account, plan = builder.account, builder.plan
    account.knowledge_bases = {entry["id"]: _knowledge_base(entry) for entry in plan["knowledge_bases"]}
    account.webhooks = {hook["id"]: _webhook(builder, hook) for hook in plan["webhooks"]}
    created_at = iso(builder.past(-64, time(10)))
    account.share_links = {link["id"]: link | {"created_at": created_at} for link in plan["share_links"]}


def _knowledge_base(entry: Row) -> Row:
    (scope, ids), (channel_scope, channels) = entry["property"], entry["channel"]
    return {
        "id": entry["id"],
        "scope_property": {"type": scope, "ids": ids},
        "scope_channel": {"type": channel_scope, "channels": channels},
        "title": entry["title"],
        "contents": [{"sub_title": title, "text": text} for title, text in entry["contents"]],
        "is_enable": entry["enabled"],
        "process_status": entry["status"],
    }


def _webhook(builder: Builder, hook: Row) -> Row:
    row: Row = {
        "id": hook["id"],
        "url": hook["url"],
        "events": hook["events"],
        "manageable": hook["ours"],
        "created_at": iso(builder.past(-75, time(12))),
    }
    return row | {"_made_by": WRITABLE} if hook["ours"] else row
