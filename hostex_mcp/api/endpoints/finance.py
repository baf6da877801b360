"""Income and expenses, and the dictionaries they are recorded with."""

from operator import attrgetter

from hostex_mcp.api.endpoints.models import Id, IdName, MaybeMoment, Model, Number
from hostex_mcp.api.operation import ListEndpoint, Operation


class Transaction(Model):
    """An income or expense. `amount` is never negative, in major units; `direction` tells the sign. What
    belongs to a reservation belongs to all of its stays; `stay_code` only repeats `reservation_code`."""

    id: Id
    direction: str
    amount: Number
    currency: str
    status: str | None = None
    action_at: MaybeMoment = None
    item_id: Id | None = None
    item_name: str | None = None
    payment_method_id: Id | None = None
    payment_method_name: str | None = None
    note: str | None = None
    operator_name: str | None = None
    link_type: str | None = None
    property_id: Id | None = None
    property_title: str | None = None
    reservation_code: str | None = None
    stay_code: str | None = None
    created_at: MaybeMoment = None
    updated_at: MaybeMoment = None


LIST_TRANSACTIONS = ListEndpoint("/transactions", "transactions", Transaction, attrgetter("id"))
CREATE_TRANSACTION = Operation("POST", "/transactions", int, "transaction_id")
UPDATE_TRANSACTION = Operation[None]("PATCH", "/transactions/{id}")
DELETE_TRANSACTION = Operation[None]("DELETE", "/transactions/{id}")

LIST_INCOME_ITEMS = ListEndpoint("/income_items", "income_items", IdName, attrgetter("id"), paged=False)
LIST_EXPENSE_ITEMS = ListEndpoint("/expense_items", "expense_items", IdName, attrgetter("id"), paged=False)
LIST_INCOME_METHODS = ListEndpoint("/income_methods", "income_methods", IdName, attrgetter("id"), paged=False)
LIST_EXPENSE_METHODS = ListEndpoint(
    "/expense_methods", "expense_methods", IdName, attrgetter("id"), paged=False
)
