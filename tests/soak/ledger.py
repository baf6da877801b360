"""What the clients were told about each of their writes, to be held against what Hostex has in the end."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

DONE, NOT_DONE, UNKNOWN = "done", "not done", "unknown"

# Hostex took the write and failed at it: nobody knows, and no lost answer has anything to be looked up by.
_UNSURE = ("upstream", "channel", "unexpected_response")


@dataclass
class Ledger:
    """Writes by a text that is theirs alone, how all calls ended, and what should not have happened."""

    writes: dict[str, str] = field(default_factory=dict[str, str])
    calls: Counter[str] = field(default_factory=Counter[str])
    surprises: list[str] = field(default_factory=list[str])

    def begin(self, text: str) -> None:
        """A write that nobody has confirmed yet."""
        self.writes[text] = NOT_DONE

    def settle(self, text: str, answer: Mapping[str, Any] | None) -> None:
        """What a client was told; None when it heard nothing. A write that was done once stays done."""
        told = _told(answer)
        if self.writes[text] == NOT_DONE or told == DONE:
            self.writes[text] = told

    def problems(self, found: Iterable[str]) -> list[str]:
        """Where Hostex's records, a text for each time that a write took effect, contradict the clients'."""
        times = Counter(found)
        lines = [f"not one of ours: {text}" for text in times.keys() - self.writes.keys()]
        for text, told in self.writes.items():
            if times[text] > 1 or times[text] != {DONE: 1, NOT_DONE: 0}.get(told, times[text]):
                lines.append(f"{text} was {told} and took effect {times[text]} times")
        return lines


def _told(answer: Mapping[str, Any] | None) -> str:
    if answer is None:
        return UNKNOWN
    status, error = answer.get("status"), answer.get("error", {})
    if status == "done":
        return DONE
    unsure = status == "outcome_unknown" or (error.get("kind") in _UNSURE and not error.get("retryable"))
    return UNKNOWN if unsure else NOT_DONE
