"""Steps of the release workflow, run on this machine in a copy of the repository; Docker is acted."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from hostex_mcp import __version__
from tests.support.root import ROOT

JOBS: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())["jobs"]

COPIED = ("hostex_mcp", "manifests", "docs", "*.md", "LICENSE", "Dockerfile", "*.toml", "requirements.txt")
DOCKER = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in
  *--password-stdin*) cat > /dev/null ;;
  *Health*) echo "$HEALTH" ;;
  *RepoDigests*python:*) echo "python@sha256:0ba5e" ;;
  *RepoDigests*) echo "registry.example/ana/hostex-mcp@sha256:f1d0" ;;
esac
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that a release is made of, as a commit."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in (path for pattern in COPIED for path in ROOT.glob(pattern)):
        if path.is_dir():
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, folder)
    git = ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.com"]
    for command in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message=A release"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return folder


def run(job: str, name: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the step of this name the way the workflow does."""
    (step,) = (step for step in JOBS[job]["steps"] if step.get("name") == name)
    path = f"{folder / 'programs'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder / step.get("working-directory", "."),
        env={"PATH": path, "HOME": str(folder), "GITHUB_REF_NAME": f"v{__version__}", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_tag_that_is_not_the_version_releases_nothing(copy: Path) -> None:
    name = "The tag is the version"
    assert run("build", name, copy).returncode == 0
    assert run("build", name, copy, GITHUB_REF_NAME=f"v{__version__}1").returncode != 0


def test_what_is_built_has_its_digests(copy: Path) -> None:
    built = run("build", "Wheel, source and bundle", copy)
    assert built.returncode == 0, built.stderr
    assert run("build", "Digests", copy).returncode == 0
    stem = f"hostex_mcp-{__version__}"
    names = {f"{stem}-py3-none-any.whl", f"{stem}.tar.gz", "hostex-mcp.mcpb", "tools.sha256"}
    assert {path.name for path in (copy / "dist").iterdir()} == names | {"SHA256SUMS"}
    lines = (copy / "dist" / "SHA256SUMS").read_text().splitlines()
    assert set(lines) == {
        f"{hashlib.sha256((copy / 'dist' / name).read_bytes()).hexdigest()}  {name}" for name in names
    }


def pushed(copy: Path, health: str) -> tuple[int, list[str], str]:
    """The status of building an image whose health check ends so, what Docker was told, and the output."""
    program = copy / "programs" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER)
    program.chmod(0o755)
    log, output = copy / "log", copy / "output"
    environ: Mapping[str, str] = {
        "IMAGE": "registry.example/ana/hostex-mcp",
        "ACTOR": "ana",
        "TOKEN": "a-token-of-the-job",
        "LOG": str(log),
        "HEALTH": health,
        "GITHUB_OUTPUT": str(output),
    }
    done = run("image", "Build, try, push", copy, **environ)
    return done.returncode, log.read_text().splitlines(), output.read_text() if output.exists() else ""


def test_an_image_stands_on_the_digest_of_its_base_and_is_pushed_once_it_is_healthy(copy: Path) -> None:
    status, told, output = pushed(copy, "healthy")
    assert status == 0
    (build,) = (line for line in told if line.startswith("build "))
    assert "--build-arg BASE=python@sha256:0ba5e" in build
    assert f"--build-arg VERSION={__version__}" in build
    assert f"push registry.example/ana/hostex-mcp:{__version__}" in told
    assert output == "digest=sha256:f1d0\n"
    assert "a-token-of-the-job" not in "".join(told)


def test_an_image_that_is_not_healthy_is_not_pushed(copy: Path) -> None:
    status, told, output = pushed(copy, "unhealthy")
    assert status != 0
    assert [line for line in told if line.startswith("run ")]
    assert not [line for line in told if line.startswith(("push", "login"))]
    assert output == ""
