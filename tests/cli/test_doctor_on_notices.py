"""What `hostex-mcp doctor` says of where notices go."""

import sys
from typing import Any

import pytest
from pydantic import SecretStr

from hostex_mcp.cli.checks.notices import notices
from hostex_mcp.settings import Settings

SECRET = "hush-hush-55"


def told(*addresses: str) -> tuple[str, str, str | None]:
    found = notices(Settings(notify=tuple(map(SecretStr, addresses))))
    return found.verdict, found.says, found.fix


@pytest.mark.parametrize(
    ("addresses", "says"),
    [
        ((), "No address is set"),
        (("ntfy://topic",), "The address can be read."),
        (("ntfy://topic", f"mailto://me:{SECRET}@example.com"), "All 2 addresses can be read."),
    ],
)
def test_addresses_that_can_be_read_are_no_problem(addresses: tuple[str, ...], says: str) -> None:
    verdict, said, fix = told(*addresses)
    assert (verdict, fix) == ("ok" if addresses else "skipped", None)
    assert said.startswith(says)
    assert SECRET not in said


def test_an_address_that_cannot_be_read_is_named_by_its_place() -> None:
    bad = f"nonsense://me:{SECRET}@host"
    for addresses, place in ((["ntfy://topic", bad], "2"), ([bad], "The address")):
        verdict, said, fix = told(*addresses)
        assert verdict == "problem"
        assert place in said
        assert fix
        assert "hostex-mcp notify --test" in fix
        assert SECRET not in said + fix


def test_a_missing_package_is_a_problem_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    modules: Any = sys.modules
    monkeypatch.setitem(modules, "apprise", None)
    assert told("ntfy://topic")[::2] == ("problem", "pip install 'hostex-mcp[notify]'")
