"""Confirmation tokens: proof that a preview was shown, bound to what it showed, good for one write."""

import hashlib
import hmac
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

LIFETIME = timedelta(minutes=10)

_FENCE_LABEL = re.compile(r"guest-[0-9a-f]{6}")
_MAC_BYTES = 16


class Finding(StrEnum):
    """What is found out about a presented token."""

    VALID = "valid"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    ARGUMENTS_CHANGED = "arguments_changed"
    STATE_CHANGED = "state_changed"
    USED = "used"


EXPLAINED: Mapping[Finding, str] = {
    Finding.UNKNOWN: "The confirmation is not one that was given here. Nothing was changed.",
    Finding.EXPIRED: "The confirmation is older than ten minutes. Nothing was changed.",
    Finding.ARGUMENTS_CHANGED: "The arguments differ from those that were previewed. Nothing was changed.",
    Finding.STATE_CHANGED: "What the preview showed has changed since. Nothing was changed by this call.",
    Finding.USED: "The confirmation was used already; the change was not made a second time.",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """What a confirmation holds for: the account, the tool, its arguments, and the state previewed."""

    account: str
    tool: str
    arguments: str
    state: str


def digest(value: object) -> str:
    """A short digest of JSON-like data. The random marks around outsiders' text do not count."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(_FENCE_LABEL.sub("guest", text).encode()).hexdigest()[:16]


class Confirmations:
    """Issues and checks tokens. Each works once, in this process; what came of it is remembered till it
    expires."""

    def __init__(self, now: Callable[[], datetime], key: bytes | None = None) -> None:
        self._now = now
        self._key = key or secrets.token_bytes(32)
        self._used: dict[str, tuple[datetime, Mapping[str, Any] | None]] = {}

    def issue(self, binding: Binding) -> tuple[str, datetime]:
        """A fresh token for this binding, and when it expires."""
        expires = (self._now() + LIFETIME).astimezone(UTC).replace(microsecond=0)
        content = {**asdict(binding), "expires": int(expires.timestamp()), "nonce": secrets.token_hex(8)}
        text = json.dumps(content, separators=(",", ":")).encode()
        return urlsafe_b64encode(self._mac(text) + text).decode().rstrip("="), expires

    def check(self, token: str, binding: Binding) -> Finding:
        """What is true of a presented token. Another account's is unknown, like one that never was."""
        content = self._content(token)
        if content is None or content["account"] != binding.account:
            return Finding.UNKNOWN
        if (content["tool"], content["arguments"]) != (binding.tool, binding.arguments):
            return Finding.ARGUMENTS_CHANGED
        if content["nonce"] in self._used:
            return Finding.USED
        if content["expires"] <= self._now().timestamp():
            return Finding.EXPIRED
        return Finding.VALID if content["state"] == binding.state else Finding.STATE_CHANGED

    def claim(self, token: str) -> None:
        """Use a valid token up, before its write is sent."""
        self._forget_old()
        self._used[self._nonce(token)] = (self._now() + LIFETIME, None)

    def settle(self, token: str, outcome: Mapping[str, Any]) -> None:
        """Remember what came of a used token."""
        self._used[self._nonce(token)] = (self._now() + LIFETIME, outcome)

    def outcome(self, token: str) -> Mapping[str, Any] | None:
        """What came of a used token, None while that is open."""
        return self._used.get(self._nonce(token), (self._now(), None))[1]

    def _nonce(self, token: str) -> str:
        content = self._content(token)
        return str(content["nonce"]) if content else ""

    def _content(self, token: str) -> dict[str, Any] | None:
        try:
            raw = urlsafe_b64decode(f"{token}===")
        except ValueError:
            return None
        mac, text = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(text)):
            return None
        return cast("dict[str, Any]", json.loads(text))

    def _mac(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, "sha256")[:_MAC_BYTES]

    def _forget_old(self) -> None:
        now = self._now()
        self._used = {nonce: kept for nonce, kept in self._used.items() if kept[0] > now}
