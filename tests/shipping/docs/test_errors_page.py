"""The page of errors knows every kind, and its examples are what a call gets."""

import json
import re
from typing import Any

import pytest

from docs.pages.errors import CASES, Case, example
from hostex_mcp.api import errors as api_errors
from hostex_mcp.server.failures import HINTS
from tests.support.root import ROOT

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def shown(kind: str) -> dict[str, Any]:
    found = re.search(rf"^## {kind}\n.*?^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found, kind
    return json.loads(found[1])["error"]


def kinds(error: type[Exception]) -> set[str]:
    below = error.__subclasses__()
    own = {error.__dict__["kind"]} if "kind" in error.__dict__ else set[str]()
    return own.union(*(kinds(subclass) for subclass in below))


def test_every_kind_of_error_has_its_place_on_the_page() -> None:
    headings = set(re.findall(r"^## ([a-z_]+)$", PAGE, re.MULTILINE))
    assert headings == HINTS.keys()
    assert kinds(api_errors.HostexError) - {"error"} <= headings


@pytest.mark.parametrize("kind", sorted(HINTS))
def test_a_kind_says_what_to_do(kind: str) -> None:
    error = shown(kind)
    assert error["kind"] == kind
    assert f"What to do: {HINTS[kind]}\n" in PAGE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_an_example_is_what_the_call_gets(case: Case) -> None:
    present = {name: value for name, value in example(case).items() if value not in (None, [])}
    assert shown(case.kind) == present
