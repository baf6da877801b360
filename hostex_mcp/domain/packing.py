"""Lists that share a bounded answer: each gets its first rows, the weightier ones then fill what is left."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hostex_mcp.domain.size import tokens

Row = Mapping[str, Any]


def cost(value: object) -> int:
    """The tokens of a value as compact JSON."""
    return tokens(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def packed(
    sections: Mapping[str, Sequence[Row]], room: float, sure: Mapping[str, int]
) -> tuple[dict[str, list[Row]], dict[str, int]]:
    """As many rows of each section as fit into `room` tokens, and how many rows each section lacks.

    The sections are given from the weightiest to the lightest; the first rows of each, as many as `sure`
    says, go before the rest of any. Rows are taken from the front, none is skipped."""
    kept: dict[str, list[Row]] = {name: [] for name in sections}
    for most in (sure, {name: len(rows) for name, rows in sections.items()}):
        for name, rows in sections.items():
            for row in rows[len(kept[name]) : most.get(name, 0)]:
                if (price := cost(row)) > room:
                    break
                kept[name].append(row)
                room -= price
    left = {name: len(rows) - len(kept[name]) for name, rows in sections.items()}
    return kept, {name: count for name, count in left.items() if count}
