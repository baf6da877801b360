"""The toolset of income and expenses."""

from hostex_mcp.tools.finance.read import (
    list_expense_items,
    list_expense_methods,
    list_income_items,
    list_income_methods,
    list_transactions,
)
from hostex_mcp.tools.finance.write import create_transaction, delete_transaction, update_transaction

TOOLS = (
    list_transactions,
    list_income_items,
    list_expense_items,
    list_income_methods,
    list_expense_methods,
    create_transaction,
    update_transaction,
    delete_transaction,
)
