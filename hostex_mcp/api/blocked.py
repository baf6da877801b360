"""Refusals by the operator's settings."""

from hostex_mcp.api.errors import FieldProblem, HostexError


class Blocked(HostexError):
    """A setting of the operator forbids the call; nothing was changed. `hint` says what can be done."""

    kind = "blocked"

    def __init__(
        self, message: str, *, operation: str, hint: str, fields: tuple[FieldProblem, ...] = ()
    ) -> None:
        super().__init__(message, operation=operation, fields=fields)
        self.hint = hint


def guarded(tool: str, found: tuple[str, str] | None, where: str = "") -> None:
    """Refuse what a guard rail found wrong (a problem and the setting behind it).

    Raises:
        Blocked: naming the setting that only the operator can change.
    """
    if found is None:
        return
    problem, setting = found
    hint = f"The guard rail {setting} forbids this. Only the operator of this server can change it."
    raise Blocked(f"{where}{problem}.", operation=tool, hint=hint)
