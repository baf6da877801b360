"""What a check found out."""

from dataclasses import dataclass
from typing import Literal

CheckStatus = Literal["ok", "warning", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a check: what is so, and, where that is not well, what mends it."""

    check: str
    verdict: CheckStatus
    says: str
    fix: str | None = None

    @classmethod
    def ok(cls, check: str, says: str) -> "Finding":
        """All is well."""
        return cls(check, "ok", says)

    @classmethod
    def warning(cls, check: str, says: str, fix: str) -> "Finding":
        """It works, but not as one may expect."""
        return cls(check, "warning", says, fix)

    @classmethod
    def problem(cls, check: str, says: str, fix: str) -> "Finding":
        """It does not work."""
        return cls(check, "problem", says, fix)

    @classmethod
    def skipped(cls, check: str, says: str) -> "Finding":
        """It was not looked at, and why."""
        return cls(check, "skipped", says)
