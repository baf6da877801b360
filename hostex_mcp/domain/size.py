"""How long a text is for a model."""

import re

_KINDS = [
    (re.compile(r"[a-zA-Z ]"), 0.34),
    (re.compile(r"[!-@[-`{-~]"), 0.72),
    (re.compile(r"[\x80-\uffff]"), 1.4),
    (re.compile(r"[\U00010000-\U0010ffff]"), 3.0),
]


def tokens(text: str) -> int:
    """A cautious estimate of the tokens of a text: models need fewer for nearly all real ones."""
    return 1 + round(sum(len(kind.findall(text)) * weight for kind, weight in _KINDS))
