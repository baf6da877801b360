"""What is released, built once."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from hostex_mcp import __version__
from tests.support.complete import missing
from tests.support.root import ROOT

NAME = f"hostex_mcp-{__version__}"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheel and source distribution, built by the backend that the project names."""
    if find_spec("hatchling") is None:
        missing("hatchling is not installed; it is among the development packages")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    return built / f"{NAME}-py3-none-any.whl"
