"""No version below the one that mended a known hole or fault is allowed or pinned."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.support.root import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINS = ["requirements.txt", "requirements-dev.txt", "manifests/docker/requirements.txt", ".ci/release.txt"]
FLOORS = {
    "starlette": "1.0.1",
    "pyjwt": "2.12.0",
    "python-multipart": "0.0.22",
    # Earlier ones cannot write models as JSON that were not used before, which made writes `internal`.
    "pydantic": "2.14.0",
}
UNWANTED = {"diskcache"}


def pinned(path: str) -> list[tuple[str, str]]:
    return re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?==([^ ;]+)", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", PINS)
def test_no_pin_is_older_than_its_floor_or_unwanted(path: str) -> None:
    pins = pinned(path)
    assert pins
    assert [pin for pin in pins if Version(pin[1]) < Version(FLOORS.get(pin[0], "0"))] == []
    assert UNWANTED.isdisjoint(name for name, _ in pins)


@pytest.mark.parametrize("name", FLOORS)
def test_the_project_allows_nothing_below_the_floor(name: str) -> None:
    (wanted,) = (
        requirement
        for requirement in map(Requirement, PROJECT["project"]["dependencies"])
        if requirement.name.lower() == name
    )
    lowest = [Version(part.version) for part in wanted.specifier if part.operator == ">="]
    assert lowest
    assert min(lowest) >= Version(FLOORS[name])


def test_what_is_tested_has_what_the_floors_are_for() -> None:
    for path in PINS[:3]:
        assert set(FLOORS) <= {name for name, _ in pinned(path)}
