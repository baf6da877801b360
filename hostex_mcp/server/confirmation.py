"""Confirmations: proof that a preview was shown, bound to what it showed and to the way in which it comes
back, good for one write."""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from pydantic_core import to_jsonable_python

from hostex_mcp.sealed import Sealed, Unsealable

LIFETIME = timedelta(minutes=10)

# Longer than a clock may be ahead: a use that is forgotten meanwhile could be repeated once it is right.
_REMEMBERED = timedelta(days=2)
_MAC_BYTES = 32
_ANY_LABEL = "\x1f"


class Channel(StrEnum):
    """The way in which a confirmation comes back. What was issued for one is worth nothing in the other:
    `ANSWER` holds only beside a person's answer, `OFFER` only for a client that cannot ask a person."""

    ANSWER = "answer"
    OFFER = "offer"


class TokenCheck(StrEnum):
    """The result of checking a presented confirmation."""

    VALID = "valid"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    ARGUMENTS_CHANGED = "arguments_changed"
    STATE_CHANGED = "state_changed"
    USED = "used"


EXPLAINED: Mapping[TokenCheck, str] = {
    TokenCheck.UNKNOWN: "This server did not issue this confirmation token. Nothing was changed.",
    TokenCheck.EXPIRED: "The confirmation is older than ten minutes. Nothing was changed.",
    TokenCheck.ARGUMENTS_CHANGED: "The arguments differ from those that were previewed. Nothing was changed.",
    TokenCheck.STATE_CHANGED: "What the preview showed has changed since. Nothing was changed by this call.",
    TokenCheck.USED: "The confirmation was used already; the change was not made a second time.",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """What a confirmation holds for: the account, the tool, its arguments, and the state previewed."""

    account: str
    tool: str
    arguments: str
    state: str


@dataclass(frozen=True, slots=True)
class IssuedConfirmation:
    """A confirmation as it is handed out; `place` is where a person's answer to it has to stand."""

    text: str
    expires: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Use:
    """A use of something that works once; `outcome` is what came of it, None while that is open."""

    outcome: Mapping[str, Any] | None = None


class UsedTokens(Protocol):
    """A record of uses. One kept for several processes decides there which claim is the first."""

    async def claim(self, key: str, expires: datetime) -> bool:
        """Use this key up; False if it was used before."""
        ...

    async def settle(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep the outcome of a used key."""
        ...

    async def find(self, key: str) -> Use | None:
        """Return the use of this key, None if it was not used."""
        ...


class MemoryLedger:
    """The ledger of a process that shares its account with no other."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._uses: dict[str, tuple[datetime, Use]] = {}

    async def claim(self, key: str, expires: datetime) -> bool:
        """Use this key up; False if it was used before."""
        now = self._now()
        self._uses = {name: use for name, use in self._uses.items() if use[0] > now}
        if key in self._uses:
            return False
        self._uses[key] = expires, Use()
        return True

    async def settle(self, key: str, outcome: Mapping[str, Any]) -> None:
        """Keep the outcome of a used key."""
        if key in self._uses:
            self._uses[key] = self._uses[key][0], Use(outcome)

    async def find(self, key: str) -> Use | None:
        """Return the use of this key, None if it was not used."""
        return self._uses[key][1] if key in self._uses else None


def digest(value: object, labels: Collection[str] = ()) -> str:
    """Return a digest of JSON-like data. `labels` are the random ones of the fences in it, which do not
    count."""
    text = json.dumps(to_jsonable_python(value, fallback=str), sort_keys=True)
    for label in labels:
        # JSON escapes control characters, so nothing else in the text can look like this.
        text = text.replace(label, _ANY_LABEL)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content(Binding):
    channel: Channel
    expires: int
    nonce: str
    turn: int = 0

    @property
    def place(self) -> str:
        return f"confirmation-{self.nonce[:8]}"

    @property
    def key(self) -> str:
        return f"{self.account}:{self.nonce}"

    @property
    def equal(self) -> str:
        """What this has in common with all others that were open for the same write at the same time."""
        return f"{self.account}:{_equal(self)}:{self.turn}"


def _equal(binding: Binding) -> str:
    return digest(["equal", binding.tool, binding.arguments, binding.state])


_CONTENT = Sealed("confirmation", _Content)


class _Signatures:
    """Keys that sign instead of sealing, as a client may read what it confirms. They serve one purpose, and
    what a confirmation is bound to stands in it."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def seal(self, purpose: str, plain: bytes, bound_to: str = "") -> str:
        """Sign with the first key."""
        return urlsafe_b64encode(_mac(self._keys()[0], plain) + plain).decode().rstrip("=")

    def open(self, purpose: str, sealed: str, bound_to: str = "") -> bytes:
        """Verify with any key.

        Raises:
            Unsealable: none of them signed this.
        """
        try:
            raw = urlsafe_b64decode(f"{sealed}===")
        except ValueError:
            raise Unsealable from None
        mac, plain = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not any(hmac.compare_digest(mac, _mac(key, plain)) for key in self._keys()):
            raise Unsealable
        return plain


def _mac(key: bytes, plain: bytes) -> bytes:
    return hmac.digest(key, plain, "sha256")


class Confirmations:
    """Confirmations, each of which works once. `keys` gives the present keys: the first signs, all verify.
    The ledger decides who used one first, and remembers the outcome till long after it has expired."""

    def __init__(
        self,
        now: Callable[[], datetime],
        keys: Callable[[], Sequence[bytes]] | None = None,
        ledger: UsedTokens | None = None,
    ) -> None:
        random = (secrets.token_bytes(32),)
        self._now = now
        self._keys = keys or (lambda: random)
        self._signatures = _Signatures(self._keys)
        self._ledger = ledger or MemoryLedger(now)

    def keys(self) -> Sequence[bytes]:
        """Return the present keys, for whatever else is handed out to be brought back."""
        return self._keys()

    def fingerprint(self, digest: str) -> str:
        """Return a digest in a form that tells nobody without the key what was digested."""
        # A door code is soon guessed from a plain digest.
        return hmac.digest(self._keys()[0], digest.encode(), "sha256").hex()

    def issue(self, binding: Binding, channel: Channel, turn: int = 0) -> IssuedConfirmation:
        """Issue a fresh confirmation for this binding, which comes back through this channel. Of all that
        have the same `turn` for it, in whichever processes, one can be used for a write."""
        expires = (self._now() + LIFETIME).astimezone(UTC).replace(microsecond=0)
        seconds = int(expires.timestamp())
        nonce = secrets.token_hex(16)
        content = _Content(**asdict(binding), channel=channel, expires=seconds, nonce=nonce, turn=turn)
        return IssuedConfirmation(_CONTENT.seal(self._signatures, content), expires, content.place)

    async def turn(self, binding: Binding) -> int:
        """Return how many equal writes were confirmed before: whoever asks again after one means another."""
        turn, name = 0, f"{binding.account}:{_equal(binding)}"
        while await self._ledger.find(f"{name}:{turn}"):
            turn += 1
        return turn

    async def check(self, token: str, binding: Binding, channel: Channel) -> TokenCheck:
        """Check a confirmation that came through this channel. Another account's, and one for another
        channel, is unknown, like one that never was."""
        content = self._content(token)
        if content is None or (content.account, content.channel) != (binding.account, channel):
            return TokenCheck.UNKNOWN
        if (content.tool, content.arguments) != (binding.tool, binding.arguments):
            return TokenCheck.ARGUMENTS_CHANGED
        if await self._ledger.find(content.key):
            return TokenCheck.USED
        if content.expires <= self._now().timestamp():
            return TokenCheck.EXPIRED
        return TokenCheck.VALID if content.state == binding.state else TokenCheck.STATE_CHANGED

    def place(self, token: str) -> str | None:
        """Return where the answer to a question has to stand, None if this server did not ask it."""
        content = self._content(token)
        return content.place if content else None

    async def claim(self, token: str) -> bool:
        """Use a valid token up. False if another call was first."""
        content = self._content(token)
        return content is not None and await self._ledger.claim(content.key, self._now() + _REMEMBERED)

    async def claim_write(self, token: str) -> bool:
        """Use a valid token up, before its write is sent, and all others that are open for the same write.
        False if another call was first, with this one or with one of those."""
        content = self._content(token)
        if content is None or not await self.claim(token):
            return False
        return await self._ledger.claim(content.equal, self._now() + _REMEMBERED)

    async def settle(self, token: str, outcome: Mapping[str, Any]) -> None:
        """Keep the outcome of a used token."""
        if content := self._content(token):
            await self._ledger.settle(content.key, outcome)

    async def settle_write(self, token: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came of the write that a token was used for."""
        await self.settle(token, outcome)
        if content := self._content(token):
            await self._ledger.settle(content.equal, outcome)

    async def outcome(self, token: str) -> Mapping[str, Any] | None:
        """Return the outcome of a used token, or of the equal one that was used in its place; None while that
        is open."""
        content = self._content(token)
        if content is None:
            return None
        uses = [await self._ledger.find(key) for key in (content.key, content.equal)]
        return next((use.outcome for use in uses if use and use.outcome), None)

    def _content(self, token: str) -> _Content | None:
        try:
            return _CONTENT.open(self._signatures, token)
        except Unsealable:
            return None
