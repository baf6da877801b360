"""Arguments at their bounds for any tool, made from its schema."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from hostex_mcp.toolkit.tool import Tool

Given = dict[str, Any]

_UNSAID = {
    "cursor": 4_000,
    "confirmation_token": 1_000,
    "image_path": 1_000,
    "image_url": 2_000,
    "url": 2_000,
    "note": 5_000,
    "guest_name": 100,
    "creator": 50,
    "mobile": 50,
    "message": 10_000,
    "host_review_content": 10_000,
    "host_reply_content": 10_000,
    "contents": 20_000,
    "content": 20_000,
}
"""The lengths of texts that schemas do not tell; of any other they let 200 characters through."""


def largest(schema: Mapping[str, Any], name: str = "") -> Any:
    """The largest value that a schema lets through, where it tells; else what is far beyond any use."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return schema.get("maximum", 2**63 - 1)
        case "boolean":
            return True
        case "array":
            return [largest(schema["items"], name)] * schema.get("maxItems", 1_000)
        case _:
            return {key: largest(member, key) for key, member in schema["properties"].items()}


def _text(schema: Mapping[str, Any], name: str) -> Any:
    said = schema.get("description", "")
    if "JSON object" in said:
        return {f"key{place}": "a" * 200 for place in range(1_000)}
    if "YYYY-MM-DD HH" in said:
        return "2026-01-01 00:00:00"
    if "YYYY-MM-DD" in said or name.endswith("_date"):
        return "2016-01-01" if name.startswith(("start", "check_in")) else "2025-12-30"
    if name == "currency":
        return "EUR"
    bound = re.search(r"at most (\d+) characters", said)
    return "ab " * (int(bound[1] if bound else _UNSAID.get(name, 200)) // 3)


def attacks(tool: Tool) -> Iterator[tuple[str, Given]]:
    """Calls of a tool, each hostile in one way."""
    fields: Mapping[str, Any] = tool.input_schema["properties"]
    full = {name: largest(schema, name) for name, schema in fields.items()}
    needed = {name: full[name] for name in tool.required}
    yield "at the bounds", full
    yield "only what is needed", needed
    for name in fields:
        yield f"{name} alone", {**needed, name: full[name]}
    yield "many unknown", {**needed, **{f"{name}_{place}": 1 for place in range(500) for name in "abcdefgh"}}
    yield "long unknown", {**needed, "reservation_" * 100_000: 1}
    yield "unknown like known", {f"{name[:-1]}x"[:60] + "_" * (60 - len(name)): 1 for name in fields}
    for kind, value in MONSTERS.items():
        yield kind, dict.fromkeys(fields, value)


def _deep() -> Any:
    value: Any = 1
    for _ in range(60):
        value = [value]
    return value


MONSTERS: Mapping[str, Any] = {
    "long texts": "property " * 10_000,
    "long lists": [1] * 15_000,
    "lists of texts": ["ab" * 100] * 1_000,
    "objects": {f"key{place}": 1 for place in range(15_000)},
    "deep": _deep(),
    "large numbers": 10**39,
    "lists of objects": [{"start_date": "2016-01-01", "end_date": "2025-01-01", "x": 1}] * 999,
}
