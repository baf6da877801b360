"""The unpaged dictionaries: booking sources, items and methods of payment."""

from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row


@operation("GET /custom_channels")
def query_custom_channels(call: SandboxCall) -> Row:
    """List the sources a direct booking may name."""
    return {"custom_channels": call.account.custom_channels}


@operation("GET /income_items")
def query_income_items(call: SandboxCall) -> Row:
    """List the categories of income."""
    return {"income_items": call.account.income_items}


@operation("GET /expense_items")
def query_expense_items(call: SandboxCall) -> Row:
    """List the categories of expenses."""
    return {"expense_items": call.account.expense_items}


@operation("GET /income_methods")
def query_income_methods(call: SandboxCall) -> Row:
    """List the ways income comes in."""
    return {"income_methods": call.account.income_methods}


@operation("GET /expense_methods")
def query_expense_methods(call: SandboxCall) -> Row:
    """List the ways expenses are paid."""
    return {"expense_methods": call.account.expense_methods}
