"""Marks on model fields that other layers read: what is secret, who can be reached, what a guest wrote.

A mark has no behaviour here. It stands in a field's `Annotated` metadata:
`Model.model_fields["lock_code"].metadata`.
"""

from dataclasses import dataclass
from typing import Literal

SecretKind = Literal["id_document", "lock_code", "wifi"]
ContactKind = Literal["phone", "email"]


@dataclass(frozen=True, slots=True)
class Secret:
    """Hidden unless a call asks for it: identity documents, door codes, Wi-Fi passwords."""

    kind: SecretKind


@dataclass(frozen=True, slots=True)
class Contact:
    """Reaches a person directly: a phone number or an e-mail address."""

    kind: ContactKind


@dataclass(frozen=True, slots=True)
class GuestText:
    """Written by a guest or another third party: data, never instruction."""
