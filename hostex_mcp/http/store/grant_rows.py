"""Grants and credentials, as rows and back."""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from pydantic import SecretStr, TypeAdapter

from hostex_mcp.http.keys.keyring import KeyRing
from hostex_mcp.http.store.database import AnyRow
from hostex_mcp.http.store.records import Choices, Credential, Grant
from hostex_mcp.http.store.schema import GRANTS

PURPOSE = "credential"
FINGERPRINT = "hostex-token"
# Grants of earlier versions lack these. What they were not asked about was not held back.
_EARLIER: dict[str, Any] = {"confirm": "auto", "tools": (), "money": True, "rule": {}}

_CHOICES, _GRANT = TypeAdapter(Choices), TypeAdapter(Grant)
GRANT_COLUMNS = tuple(GRANTS.c[field.name] for field in fields(Grant))


def grant_of(row: AnyRow) -> Grant:
    """Return the grant of a row with GRANT_COLUMNS."""
    values = {column.name: getattr(row, column.name) for column in GRANT_COLUMNS}
    return _GRANT.validate_python(values | {"choices": choices_of(row.choices)})


def choices_of(kept: dict[str, Any]) -> Choices:
    """Return choices as they were kept. Each must be there: what one defaults to allows more than a person
    may have chosen."""
    given = {**_EARLIER, **kept}
    return _CHOICES.validate_python({choice.name: given[choice.name] for choice in fields(Choices)})


def choice_values(choices: Choices) -> dict[str, Any]:
    """Return choices as they are kept."""
    return _CHOICES.dump_python(choices, mode="json") | {"scopes": sorted(choices.scopes)}


def grant_values(grant: Grant) -> dict[str, Any]:
    """Return the columns of a grant, without its credential."""
    values = {column.name: getattr(grant, column.name) for column in GRANT_COLUMNS}
    return values | {"choices": choice_values(grant.choices)}


def credential_values(keys: KeyRing, grant_id: str, credential: Credential) -> dict[str, Any]:
    """Return the columns of a credential: encrypted, bound to its grant; and a keyed digest to find it by."""
    access = credential.access_token.get_secret_value()
    refresh = credential.refresh_token
    plain = {
        "access_token": access,
        "refresh_token": refresh.get_secret_value() if refresh else None,
    }
    return {
        "kind": credential.kind,
        "credential": keys.seal(PURPOSE, json.dumps(plain).encode(), grant_id),
        "credential_ends_at": credential.expires_at,
        "fingerprint": keys.digests(FINGERPRINT, access)[0],
    }


def credential_of(
    keys: KeyRing, grant_id: str, kind: Any, sealed: str, ends_at: datetime | None
) -> Credential:
    """Return the credential.

    Raises:
        Unsealable: it is another grant's, was altered, or its key is gone.
    """
    plain = json.loads(keys.open(PURPOSE, sealed, grant_id))
    refresh = plain["refresh_token"]
    return Credential(
        kind=kind,
        access_token=SecretStr(plain["access_token"]),
        refresh_token=SecretStr(refresh) if refresh else None,
        expires_at=ends_at,
    )
