"""The texts of codes and tokens, and the digests that are kept of them."""

import hashlib
import secrets

ACCESS_PREFIX, REFRESH_PREFIX, CODE_PREFIX = "hmx_at_", "hmx_rt_", "hmx_ac_"


def new_code() -> str:
    """A fresh authorization code."""
    return new_text(CODE_PREFIX)


def new_text(prefix: str) -> str:
    """A prefix and 32 random bytes, url-safe."""
    return prefix + secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """The SHA-256 digest of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
