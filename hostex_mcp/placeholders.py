"""Values that a client was to fill in and did not, such as `${env:HOSTEX_ACCESS_TOKEN}`, and tokens that were
copied together with what stood around them."""

import re

_FORMS = re.compile(
    r"\$\{[^{}]{0,80}\}|\$(?:env:)?\w{1,80}|%\w{1,80}%|\{\{[^{}]{0,80}\}\}|<[^<>]{1,80}>"
    r"|\$\([a-z /._-]{1,60}\)|\{[a-z _-]{1,60}\}|\[[a-z _-]{1,60}\]|`[a-z /._-]{1,60}`|@[a-z_]{1,60}@"
    r"|__[a-z_]{1,60}__|\.{3,9}|x{3,80}|\*{3,80}|null|none|undefined|todo|token|change[ _-]?me"
    r"|(?:your|my|the|paste|insert|enter|put|replace|add)[ _-][a-z _-]{1,60}",
    re.ASCII | re.IGNORECASE,
)
_AROUND = "\ufeff\u200b\u200c\u200d\u2060\u00a0 \t\r\n\"'`\u201c\u201d\u2018\u2019"
_BEFORE = re.compile(r"(?:export\s+)?(?:hostex[_-]access[_-]token\s*[:=]\s*)?(?:bearer\s+)?", re.IGNORECASE)


def placeholder_of(value: str) -> str | None:
    """Return the value if it is a placeholder and nothing else. It is shown, so no form holds what a token
    may be."""
    return value if _FORMS.fullmatch(value) and value.isascii() and value.isprintable() else None


def bare_token(value: str) -> str:
    """Return a token without the quotation marks, spaces, invisible characters and names that were copied
    with it."""
    text = value.strip(_AROUND)
    named = _BEFORE.match(text)
    return text[named.end() :].strip(_AROUND) if named else text
