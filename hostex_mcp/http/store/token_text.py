"""The texts of codes and tokens, and the digests that are kept of them."""

import hashlib
import re
import secrets

ACCESS_PREFIX, REFRESH_PREFIX, CODE_PREFIX = "hmx_at_", "hmx_rt_", "hmx_ac_"
INVITATION_PREFIX = "hmx_iv_"

HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")
"""A surrogate without its other half, which UTF-8 has no bytes for."""


def new_code() -> str:
    """Return a fresh authorization code."""
    return new_text(CODE_PREFIX)


def new_text(prefix: str) -> str:
    """Return a prefix and 32 random bytes, url-safe."""
    return prefix + secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """Return the SHA-256 digest of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def can_be_kept(text: str) -> bool:
    """Whether a database can hold a text. One that it cannot hold is not found in it either."""
    return "\0" not in text and not HALF_A_PAIR.search(text)
