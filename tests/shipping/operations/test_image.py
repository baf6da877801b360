"""What the Dockerfile and .dockerignore promise."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest

from tests.shipping.operations.dockerfile import DOCKERFILE, stages
from tests.shipping.operations.linters import complaints
from tests.support.root import ROOT

BUILD, FINAL = stages(DOCKERFILE.read_text())
HASHED = ("requirements.txt", "requirements-build.txt")


def test_hadolint_accepts_the_dockerfile() -> None:
    assert complaints("hadolint", "Dockerfile") == ""


def test_a_linter_that_rejects_a_file_is_heard(tmp_path: Path) -> None:
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM python\nRUN cd /tmp && sudo ls\n")
    assert "DL3006" in complaints("hadolint", wrong)


def test_both_stages_stand_on_the_same_small_python() -> None:
    assert BUILD.base == FINAL.base
    assert FINAL.base.startswith("python:3.")
    assert "-slim" in FINAL.base


def test_another_base_can_be_named_for_both_stages_at_once_and_is_told() -> None:
    named = re.findall(r"^(?:ARG BASE=|FROM )(\S+)", DOCKERFILE.read_text(), re.MULTILINE)
    assert named == [FINAL.base, "${BASE}", "${BASE}"]
    assert FINAL.pairs("LABEL")["org.opencontainers.image.base.name"] == "${BASE}"


def test_the_server_runs_as_a_user_without_rights() -> None:
    user, group = FINAL.only("USER").text.split(":")
    assert int(user) > 1000
    assert int(group) > 1000


def test_everything_from_outside_is_pinned_by_hash_and_comes_as_a_wheel() -> None:
    runs = " && ".join(step.text for step in BUILD.steps if step.word == "RUN")
    installs = [part for part in runs.split("&&") if " install " in part]
    assert len(installs) == 3
    for part in installs:
        hashed = "--require-hashes" in part and "--only-binary :all:" in part
        assert hashed or ("--no-deps" in part and "--no-index" in part)


def test_the_final_stage_runs_nothing_and_needs_no_shell() -> None:
    assert not [step for step in FINAL.steps if step.word == "RUN"]
    for word in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
        assert "sh" not in FINAL.only(word).command


def test_health_is_asked_by_python_itself() -> None:
    program, option, _ = FINAL.only("HEALTHCHECK").command
    assert (program, option) == ("python", "-c")


def test_it_says_what_it_is() -> None:
    labels = FINAL.pairs("LABEL")
    assert labels["org.opencontainers.image.title"] == "hostex-mcp"
    assert labels["org.opencontainers.image.licenses"] == "MIT"
    assert labels["io.modelcontextprotocol.server.name"].endswith("/hostex-mcp")
    assert labels["org.opencontainers.image.version"] == "${VERSION}"


def test_what_can_change_is_on_a_volume_so_that_the_root_can_be_read_only() -> None:
    environ = FINAL.pairs("ENV")
    assert FINAL.only("VOLUME").command == ["/data"]
    assert environ["HOSTEX_MCP_DATABASE_URL"].startswith("sqlite:////data/")
    assert environ["PYTHONDONTWRITEBYTECODE"] == "1"


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a file from the build: the last line that matches it or a folder of it."""
    verdict = False
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    for line in (text for text in lines if text and not text.startswith("#")):
        pattern = line.removeprefix("!")
        names = [path, *(str(parent) for parent in PurePosixPath(path).parents if str(parent) != ".")]
        if any(matches(name, pattern) for name in names):
            verdict = not line.startswith("!")
    return verdict


def matches(name: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch(PurePosixPath(name).name, pattern.removeprefix("**/"))
    return name.count("/") == pattern.count("/") and fnmatch(name, pattern)


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        "manifests/docker/.env",
        "hostex_mcp/.env",
        "hostex_mcp/api/__pycache__/client.cpython-313.pyc",
        "tests/conftest.py",
        "hostex-mcp.db",
        "docs/tools.md",
    ],
)
def test_no_secret_and_nothing_else_than_the_package_reaches_the_build(path: str) -> None:
    assert ignored(path)


def test_what_is_copied_reaches_the_build() -> None:
    copied = [step.text.split()[:-1] for step in BUILD.steps if step.word == "COPY"]
    names = [name for names in copied for name in names]
    assert "hostex_mcp" in names
    assert not [name for name in names if ignored(name) or not (ROOT / name).exists()]


@pytest.mark.parametrize("name", HASHED)
def test_every_pin_has_a_hash(name: str) -> None:
    lines = (ROOT / "manifests" / "docker" / name).read_text().splitlines()
    pins = [number for number, line in enumerate(lines) if "==" in line]
    assert pins
    assert all("--hash=sha256:" in lines[number + 1] for number in pins)
    assert not [line for line in lines if "://" in line or line.startswith("--")]


def test_the_image_runs_the_versions_that_users_run_and_the_postgresql_driver() -> None:
    def pins(path: str) -> set[str]:
        return {line.split()[0] for line in (ROOT / path).read_text().splitlines() if "==" in line}

    more = pins("manifests/docker/requirements.txt") - pins("requirements.txt")
    assert {pin.split("==")[0] for pin in more} == {"psycopg", "psycopg-binary"}
    assert not pins("requirements.txt") - pins("manifests/docker/requirements.txt")


def test_the_image_builds_with_the_backend_that_the_project_names() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["build-backend"]
    assert f"{named.split('.')[0]}==" in (ROOT / "manifests/docker/requirements-build.txt").read_text()
