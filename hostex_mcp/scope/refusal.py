"""What is asked of a scoped client, and how it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hostex_mcp.api import (
    Blocked,
    FieldProblem,
)

SETTING = "HOSTEX_MCP_PROPERTY_IDS"
REMEDY = f"Only the operator of this server can change that ({SETTING})."


class OutOfScope(Blocked):
    """The call reaches beyond the properties that are served. Ids are named only where the caller gave
    them, so that a refusal tells nothing."""

    def __init__(self, message: str, *, operation: str, hint: str, field: str | None = None) -> None:
        problem = (FieldProblem(field, "is outside the properties served"),) if field else ()
        super().__init__(message, operation=operation, hint=hint, fields=problem)


@dataclass(frozen=True, slots=True)
class ScopedCall:
    """A call as it reaches the scope: the operation's name, its arguments, and who can widen the scope."""

    operation: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    remedy: str = REMEDY

    def outside(self, what: str, field: str | None = None) -> OutOfScope:
        """The refusal of something that the caller named, such as `Property 7`."""
        hint = (
            f"This server serves only some properties of the account, and {what[0].lower()}{what[1:]} is "
            f"not among them or theirs; list_properties shows them. {self.remedy}"
        )
        message = f"{what} is outside the properties that this server serves."
        return OutOfScope(message, operation=self.operation, hint=hint, field=field)

    def account_wide(self) -> OutOfScope:
        """The refusal of something that is not about the served properties alone."""
        hint = (
            "This server serves only some properties of the account and leaves alone what all of them share. "
            f"{self.remedy}"
        )
        message = f"{self.operation} would reach beyond the properties that this server serves."
        return OutOfScope(message, operation=self.operation, hint=hint)

    def nothing_served(self) -> OutOfScope:
        """The refusal of everything, where no property is served."""
        message = "No property is served: those chosen for this connection and those that this server serves "
        return OutOfScope(f"{message}have none in common.", operation=self.operation, hint=self.remedy)

    def too_sparse(self, rows: int) -> OutOfScope:
        """The refusal to read on in a list that has nothing of the served properties for long."""
        hint = "Narrow the list: name a property, or dates, as far as it takes them."
        message = f"None of {rows} rows in a row is of a property that this server serves."
        return OutOfScope(message, operation=self.operation, hint=hint)
