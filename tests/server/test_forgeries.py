"""Texts that imitate what stands around them: in questions to a person, the briefing and the audit trail."""

from typing import Any

import pytest

from hostex_mcp.domain.wording import quoted
from hostex_mcp.server.audit import describe_change
from hostex_mcp.server.quoting import named_lines, row_lines
from hostex_mcp.tools.insights._briefing_text import briefing_text


@pytest.mark.parametrize(
    "name",
    [
        "Jane\uff0cHarbour Loft",
        "Jane\u3001Harbour Loft",
        "Jane\u060c Harbour Loft",
        "Jane\u201a Harbour Loft",
        "Jane \uff3b20110001\uff3d",
        "Jane \u27e620110001\u27e7",
        "Jane\uff1ano",
        "Jane \u2192 Harbour Loft",
        "\u2502 Jane",
        "- Jane",
        "\u2022 Jane",
    ],
)
def test_a_name_with_signs_that_look_like_ours_stands_in_quotes(name: str) -> None:
    assert quoted(name) == f'"{name}"'


@pytest.mark.parametrize(
    "name", ["José da Silva", "O\u2019Brien", "Ana & Rui", "Loft \u2013 Lisbon", "🌊 Loft", "王芳"]
)
def test_an_ordinary_name_stands_as_it_is(name: str) -> None:
    assert quoted(name) == name


def test_a_row_of_the_briefing_stays_on_one_line() -> None:
    task = {"id": 1, "type": "\n- a", "time": "\n- No", "staff_name": "Ana", "property": "Loft\n- Other"}
    text = briefing_text({"date": "2026-12-01", "tasks": [task]})
    assert len([line for line in text.splitlines() if line.startswith("- ")]) == 1


@pytest.mark.parametrize("key", ["note: harmless, stay", "size ", "a: b"])
def test_a_name_with_a_colon_or_a_blank_at_its_end_is_no_label_of_ours(key: str) -> None:
    assert named_lines(key, "x") == [f'"{key}": x']
    assert row_lines({"what": f"custom field {key}", "after": "x"}) == [f'\u2022 "custom field {key}": x']


def test_blanks_before_a_value_are_seen() -> None:
    assert named_lines("note", "  x") == ['note: "  x"']
    assert row_lines({"what": "note", "before": " x", "after": "x"}) == ['\u2022 note: " x" \u2192 x']


@pytest.mark.parametrize(
    "what", ["custom field Jane, Mon 1 Dec 2026", "Jane, Mon 1 Dec 2026", "Mon 1 Jane Doe 2026"]
)
def test_the_audit_trail_takes_no_text_for_days(what: str) -> None:
    row: dict[str, Any] = {"what": what, "before": "allergic to nuts", "after": "call +45 12345678"}
    assert describe_change({"target": {"stay_code": "5-A"}, "changes": [row]}) == "stay 5-A: text (changed)"


@pytest.mark.parametrize(
    "what", ["Mon 1 Dec 2026", "Airbnb 123, Fri 11 and Sat 12 Dec 2026", "Airbnb, Mon 1 Dec 2026"]
)
def test_the_audit_trail_has_what_days_become(what: str) -> None:
    row: dict[str, Any] = {"what": what, "before": "€100", "after": "€110"}
    assert describe_change({"changes": [row]}) == f"{what} €100 \u2192 €110"
