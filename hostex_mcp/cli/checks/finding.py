"""The outcome of a check."""

from dataclasses import dataclass
from typing import Literal

CheckStatus = Literal["ok", "warning", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a check: what was found, and the fix where something is wrong."""

    check: str
    verdict: CheckStatus
    says: str
    fix: str | None = None

    @classmethod
    def ok(cls, check: str, says: str) -> "Finding":
        """Return that all is well."""
        return cls(check, "ok", says)

    @classmethod
    def warning(cls, check: str, says: str, fix: str) -> "Finding":
        """Return that it works, but not as expected."""
        return cls(check, "warning", says, fix)

    @classmethod
    def problem(cls, check: str, says: str, fix: str) -> "Finding":
        """Return that it does not work."""
        return cls(check, "problem", says, fix)

    @classmethod
    def skipped(cls, check: str, says: str) -> "Finding":
        """Return why it was not checked."""
        return cls(check, "skipped", says)
