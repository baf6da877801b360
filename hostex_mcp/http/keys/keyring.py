"""The server's own keys: what they seal, sign and digest."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from hostex_mcp.sealed import Unsealable
from hostex_mcp.settings import SettingsError

_VERSION = b"\x01"
_KEY_BYTES, _ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 32, 6, 12, 16
_HEAD_BYTES = len(_VERSION) + _ID_BYTES
_BODY = _HEAD_BYTES + _NONCE_BYTES


def new_key() -> str:
    """Return a fresh key, as HOSTEX_MCP_SECRET_KEYS and key files hold it."""
    return _text(secrets.token_bytes(_KEY_BYTES))


class KeyRing:
    """Keys, newest first. The first one seals and signs; all of them open and verify.

    Args:
        keys: url-safe base64 of 32 random bytes each, as `new_key` makes them.
        reread: gives the keys as they are now, or None if they have not changed. Asked before each use, so
            it must be quick.
        source: where the keys come from, for the error.

    Raises:
        SettingsError: there is no key, or one is not of this form. The line does not show it.
    """

    def __init__(
        self,
        keys: Sequence[SecretStr | str],
        reread: Callable[[], Sequence[SecretStr | str] | None] | None = None,
        *,
        source: str = "HOSTEX_MCP_SECRET_KEYS",
    ) -> None:
        self._reread = reread
        self._source = source
        self._keys = _ring(keys, source)

    def __repr__(self) -> str:
        return "<KeyRing>"

    def seal(self, purpose: str, plain: bytes, bound_to: str = "") -> str:
        """Encrypt and authenticate under the first key; url-safe text. It opens only for the same purpose
        and the same `bound_to`."""
        first = self._current()[0]
        head, nonce = _VERSION + first.key_id, secrets.token_bytes(_NONCE_BYTES)
        return _text(head + nonce + first.cipher(purpose).encrypt(nonce, plain, _context(head, bound_to)))

    def open(self, purpose: str, sealed: str, bound_to: str = "") -> bytes:
        """Return what was sealed.

        Raises:
            Unsealable: for every reason alike.
        """
        raw = _bytes(sealed)
        head, nonce, rest = raw[:_HEAD_BYTES], raw[_HEAD_BYTES:_BODY], raw[_BODY:]
        key = next((key for key in self._current() if _VERSION + key.key_id == head), None)
        if key is None or len(rest) < _TAG_BYTES:
            raise Unsealable
        try:
            return key.cipher(purpose).decrypt(nonce, rest, _context(head, bound_to))
        except InvalidTag:
            raise Unsealable from None

    def is_current(self, sealed: str) -> bool:
        """Whether a text was sealed under the first key. Says nothing about whether it opens."""
        try:
            return _bytes(sealed)[:_HEAD_BYTES] == _VERSION + self._current()[0].key_id
        except Unsealable:
            return False

    def mac_keys(self, purpose: str) -> list[bytes]:
        """Return keys for signatures of one purpose, 32 bytes each: the first signs, all verify. To be asked
        for at each use rather than kept, so that a rotation is noticed."""
        return [key.derive("mac", purpose) for key in self._current()]

    def digests(self, purpose: str, text: str) -> list[str]:
        """Return keyed digests of a text under every key, first key first, of 64 hexadecimal digits each: a
        text can be found again in a table that does not give it away."""
        data = text.encode("utf-8", "surrogatepass")
        return [
            hmac.new(key.derive("digest", purpose), data, hashlib.sha256).hexdigest()
            for key in self._current()
        ]

    def _current(self) -> "tuple[_Key, ...]":
        keys = self._reread() if self._reread else None
        if keys:
            with suppress(SettingsError):
                self._keys = _ring(keys, self._source)
        return self._keys


class _Key:
    """One key and what is derived from it, which takes longer than using it."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._derived: dict[tuple[str, str], bytes] = {}
        self._ciphers: dict[str, AESGCM] = {}
        self.key_id = self.derive("id", "")[:_ID_BYTES]

    def derive(self, use: str, purpose: str) -> bytes:
        if (use, purpose) not in self._derived:
            info = f"hostex-mcp 1 {use} {purpose}".encode()
            hkdf = HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=info)
            self._derived[use, purpose] = hkdf.derive(self._secret)
        return self._derived[use, purpose]

    def cipher(self, purpose: str) -> AESGCM:
        if purpose not in self._ciphers:
            self._ciphers[purpose] = AESGCM(self.derive("seal", purpose))
        return self._ciphers[purpose]


def _ring(keys: Sequence[SecretStr | str], source: str) -> tuple[_Key, ...]:
    if not keys:
        raise SettingsError(f"{source}: holds no key; `hostex-mcp keys new` prints one")
    return tuple(_Key(_secret(key, f"{source}: key {place}")) for place, key in enumerate(keys, 1))


def _secret(key: SecretStr | str, named: str) -> bytes:
    text = key.get_secret_value() if isinstance(key, SecretStr) else key
    try:
        secret = _bytes(text.rstrip("="))
    except Unsealable:
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise SettingsError(f"{named} is not a key as `hostex-mcp keys new` prints them")
    return secret


def _context(head: bytes, bound_to: str) -> bytes:
    return head + bound_to.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Return the bytes of a text in its one canonical form: what works once must not have a second
    spelling."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Unsealable from None
    if _text(raw) != text:
        raise Unsealable
    return raw
