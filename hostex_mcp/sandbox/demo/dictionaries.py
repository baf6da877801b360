"""The lists every account starts with, and what the host added to them.

Inferred: the names. Live answers showed ids and counts, only a few names.
"""

from hostex_mcp.sandbox.demo.builder import load
from hostex_mcp.sandbox.state import Row, SandboxAccount


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
