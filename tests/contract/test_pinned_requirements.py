import json
import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.support.root import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED: dict[str, list[str]] = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-dev.txt": PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"],
}


def pins(name: str) -> set[tuple[str, str]]:
    """Names with versions; a name has several where Python versions differ in what they can run."""
    return set(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", WANTED)
def test_what_the_project_declares_is_pinned_to_a_version_it_allows(name: str) -> None:
    pinned = pins(name)
    for line in WANTED[name]:
        requirement = Requirement(line)
        versions = [version for pin, version in pinned if pin == requirement.name]
        assert versions
        assert all(version in requirement.specifier for version in versions)


@pytest.mark.parametrize("name", WANTED)
def test_every_pin_has_a_hash_and_nothing_names_a_server(name: str) -> None:
    entries = re.split(r"^(?=\S)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(name))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--(extra-)?index|--find-links", (ROOT / name).read_text())


def test_developers_run_the_versions_that_users_run() -> None:
    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_every_node_package_of_the_tests_has_a_digest_and_none_an_address() -> None:
    text = (ROOT / "tests/clients/npm/package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    wanted = json.loads((ROOT / "tests/clients/npm/package.json").read_text(encoding="utf-8"))["dependencies"]
    assert packages.pop("")["dependencies"] == wanted
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "://" not in text
