"""Values that a client was to fill in and did not, such as `${env:HOSTEX_ACCESS_TOKEN}`."""

import re

_FORMS = re.compile(r"\$\{[^{}]{0,80}\}|\$\w{1,80}|%\w{1,80}%|\{\{[^{}]{0,80}\}\}|<[^<>]{1,80}>", re.ASCII)


def placeholder_of(value: str) -> str | None:
    """The value, if the whole of it is a placeholder."""
    return value if _FORMS.fullmatch(value) and value.isascii() and value.isprintable() else None
