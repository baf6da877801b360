"""What a host sets up once: dictionaries, knowledge for the reply assistant, webhooks, calendar links."""

from datetime import time

from hostex_mcp.sandbox.demo.builder import Builder, load
from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row, SandboxAccount
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


def add_dictionaries(account: SandboxAccount, plan: Row) -> None:
    """Add booking sources, items and methods of payment, and reservation tags."""
    lists = load("dictionaries")
    account.custom_channels = lists["custom_channels"] + plan.get("own_channels", [])
    account.income_items = lists["income_items"]
    account.expense_items = lists["expense_items"]
    account.income_methods = lists["income_methods"]
    account.expense_methods = lists["expense_methods"]
    defaults = [tag | {"is_default": True} for tag in lists["reservation_tags"]]
    own = [tag | {"is_default": False} for tag in plan.get("own_tags", [])]
    account.reservation_tags = {tag["id"]: tag for tag in defaults + own}
