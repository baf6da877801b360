"""A call as it reaches the scope, and its refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hostex_mcp.api import Blocked, FieldProblem

SETTING = "HOSTEX_MCP_PROPERTY_IDS"
REMEDY = f"Only the operator of this server can change that ({SETTING})."


class OutOfScope(Blocked):
    """A call that reaches beyond the properties that are served. Ids are named only where the caller gave
    them, so that a refusal reveals nothing."""

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
        """Return the refusal of something that the caller named, such as `Property 7`."""
        hint = (
            f"This server serves only some properties of the account, and {what[0].lower()}{what[1:]} is "
            f"not among them or theirs; list_properties shows them. {self.remedy}"
        )
        message = f"{what} is outside the properties that this server serves."
        return OutOfScope(message, operation=self.operation, hint=hint, field=field)

    def account_wide(self) -> OutOfScope:
        """Return the refusal of something that is not about the served properties alone."""
        hint = (
            "This server serves only some properties of the account and does not touch what they all share. "
            f"{self.remedy}"
        )
        message = f"{self.operation} would reach beyond the properties that this server serves."
        return OutOfScope(message, operation=self.operation, hint=hint)

    def nothing_served(self) -> OutOfScope:
        """Return the refusal of everything, where no property is served."""
        message = "No property is served: this connection's properties and this server's have none in common"
        return OutOfScope(f"{message}.", operation=self.operation, hint=self.remedy)

    def too_sparse(self, rows: int) -> OutOfScope:
        """Return the refusal to read on in a list that has nothing of the served properties for long."""
        hint = "Narrow the list by property or by dates, where it takes them."
        message = f"None of {rows} consecutive rows belongs to a property that this server serves."
        return OutOfScope(message, operation=self.operation, hint=hint)
