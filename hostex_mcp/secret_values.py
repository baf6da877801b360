"""Types of settings that hold secrets: no error names their values."""

import re
from typing import Annotated

from pydantic import BeforeValidator, SecretStr

from hostex_mcp.placeholders import bare_token, placeholder_of
from hostex_mcp.web_names import names


def _secret(value: str) -> SecretStr:
    if not value.isascii() or not value.isprintable() or " " in value or "${" in value:
        raise ValueError
    return SecretStr(value)


def _token(value: str) -> SecretStr:
    bare = bare_token(value)
    if placeholder := placeholder_of(value) or placeholder_of(bare):
        # The server starts all the same: its client shows what each call says about the placeholder.
        return SecretStr(placeholder)
    return _secret(bare)


def _secrets(value: str) -> tuple[SecretStr, ...]:
    return tuple(map(_secret, names(value)))


def _notice_addresses(value: str) -> tuple[SecretStr, ...]:
    addresses = value.split()
    if not all(re.match(r"[a-z][a-z0-9+]*://[^/]", address) for address in addresses):
        raise ValueError
    return tuple(map(_secret, addresses))


def _metrics_token(value: str) -> SecretStr:
    if len(value) < 16:
        raise ValueError
    return _secret(value)


def _database(value: str) -> SecretStr:
    if not value.startswith(("sqlite:///", "postgresql://")) or not value.isprintable():
        raise ValueError
    return SecretStr(value)


# The text in each type says what it takes.
AccessToken = Annotated[
    SecretStr,
    BeforeValidator(_token),
    "must be the token exactly as the Hostex portal showed it, on one line",
]
PartnerSecret = Annotated[
    SecretStr,
    BeforeValidator(_secret),
    "must be the secret exactly as Hostex gave it to the partner, on one line",
]
SecretKeys = Annotated[
    tuple[SecretStr, ...],
    BeforeValidator(_secrets),
    "must be keys exactly as `hostex-mcp keys new` printed them, comma-separated",
]
NoticeAddresses = Annotated[
    tuple[SecretStr, ...],
    BeforeValidator(_notice_addresses),
    "must be addresses as apprise takes them, such as ntfy://my-topic, separated by blanks",
]
MetricsToken = Annotated[
    SecretStr,
    BeforeValidator(_metrics_token),
    "must be at least 16 characters, no spaces, such as `openssl rand -hex 24` makes",
]
DatabaseUrl = Annotated[
    SecretStr,
    BeforeValidator(_database),
    "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
]
