"""Writes whose answer was lost: one look at what is there now tells whether they took effect."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from hostex_mcp.api import ChannelFailed, HostexError, OutcomeUnknown, UpstreamFailed

AnswerT = TypeVar("AnswerT")
FoundT = TypeVar("FoundT")

_UNSEEN = (
    "Read back at once, Hostex shows no trace of it, so most likely it did not happen; "
    "check again before repeating it."
)
_UNREAD = "Hostex could not be read back either, so the outcome is unknown."


async def answered_or_found(
    send: Callable[[], Awaitable[AnswerT]], look: Callable[[], Awaitable[FoundT | None]], advice: str = ""
) -> AnswerT | FoundT:
    """Return the answer of a write; where none came or Hostex failed over it, what `look` finds of its
    effect.

    Raises:
        HostexError: the write's own, when it was refused or nothing of it is found; behind its message stands
            what the look found, and `advice` on how to go on.
    """
    try:
        return await send()
    except (OutcomeUnknown, UpstreamFailed, ChannelFailed) as error:
        explanation = _UNSEEN
        try:
            if (effect := await look()) is not None:
                return effect
        except HostexError:
            explanation = _UNREAD
        error.message = f"{error.message} {explanation} {advice}".strip()
        raise error from None


async def if_readable(look: Callable[[], Awaitable[FoundT]]) -> FoundT | None:
    """Return what a read after a write gives, None if it fails: a write that went well is no failure for
    that."""
    try:
        return await look()
    except HostexError:
        return None
