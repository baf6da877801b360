"""Workflow files: valid, with least rights, and nothing in them that somebody else can change later."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.shipping.operations.linters import complaints
from tests.support.root import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
UPDATES = ROOT / ".github" / "dependabot.yml"
RELEASE: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def test_they_follow_the_schema_of_workflows() -> None:
    assert complaints("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *FILES) == ""


def test_updates_follow_the_schema_of_dependabot() -> None:
    assert complaints("check-jsonschema", "--builtin-schema", "vendor.dependabot", UPDATES) == ""


def test_zizmor_finds_nothing() -> None:
    assert complaints("zizmor", "--offline", "--quiet", "--no-progress", *FILES, UPDATES) == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_to_a_commit_and_says_its_version(file: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in file.read_text().splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_an_action_is_of_the_same_commit_wherever_it_is_used() -> None:
    found = {action for file in FILES for action in re.findall(r"uses: (\S+)@(\w+)", file.read_text())}
    assert len({name for name, _ in found}) == len(found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_job_runs_without_end_or_may_write_by_default(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text())
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_whatever_is_installed_is_pinned_by_hash(file: Path) -> None:
    installs = [line for line in file.read_text().splitlines() if " install " in line]
    assert [line for line in installs if "--require-hashes" not in line and "--no-index" not in line] == []


def test_a_release_is_checked_audited_listed_and_attested_before_it_is_published() -> None:
    steps = "\n".join(str(step.get("run", "")) for step in RELEASE["jobs"]["build"]["steps"])
    order = [
        "__version__",
        ".ci/run",
        "pip-audit",
        "hatchling build",
        "mcpb/build.py",
        "cyclonedx-py",
        "sha256sum",
    ]
    places = [steps.index(part) for part in order]
    assert places == sorted(places)
    assert set(RELEASE["jobs"]["publish"]["needs"]) == {"build", "attest"}


def test_only_the_job_that_publishes_may_change_the_repository() -> None:
    jobs = RELEASE["jobs"]
    assert [name for name in jobs if jobs[name]["permissions"].get("contents") == "write"] == ["publish"]


def test_what_the_release_runs_is_pinned() -> None:
    text = (ROOT / ".ci" / "release.txt").read_text()
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert {"cyclonedx-bom", "hatchling", "pip-audit"} <= {entry.split("==")[0] for entry in entries}
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
