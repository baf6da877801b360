"""Refusals by the operator's settings."""

from hostex_mcp.api.errors import FieldProblem, HostexError


class Blocked(HostexError):
    """A call that a setting of the operator forbids; nothing was changed. `hint` says what can be done."""

    kind = "blocked"

    def __init__(
        self, message: str, *, operation: str, hint: str, fields: tuple[FieldProblem, ...] = ()
    ) -> None:
        super().__init__(message, operation=operation, fields=fields)
        self.hint = hint


def guarded(tool: str, breach: tuple[str, str] | None, where: str = "") -> None:
    """Refuse a breach of a guard rail (the problem and the setting behind it).

    Raises:
        Blocked: naming the setting that only the operator can change.
    """
    if breach is None:
        return
    problem, setting = breach
    hint = f"The guard rail {setting} forbids this. Only the operator of this server can change it."
    raise Blocked(f"{where}{problem}.", operation=tool, hint=hint)
