"""What is released: a wheel and a source distribution that hold the package, whole, and nothing else."""

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from hostex_mcp import __version__
from tests.shipping.packaging.conftest import NAME
from tests.support.root import ROOT

PACKAGE = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "hostex_mcp").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
NEEDED = [
    "hostex_mcp/py.typed",
    "hostex_mcp/pages/templates/consent.html",
    "hostex_mcp/pages/static/style.css",
    "hostex_mcp/http/store/migrations/env.py",
    "hostex_mcp/sandbox/demo/data/tideway.json",
]


def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


def in_source(folder: Path) -> set[str]:
    with tarfile.open(folder / f"{NAME}.tar.gz") as source:
        return {name.removeprefix(f"{NAME}/") for name in source.getnames()}


def test_the_wheel_holds_the_package_its_metadata_and_nothing_else(wheel: Path) -> None:
    about = {f"{NAME}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    assert in_wheel(wheel) == PACKAGE | about | {f"{NAME}.dist-info/licenses/LICENSE"}


@pytest.mark.parametrize("name", NEEDED)
def test_files_that_are_no_modules_are_in_both(name: str, built: Path, wheel: Path) -> None:
    assert name in in_wheel(wheel)
    assert name in in_source(built)


def test_the_source_holds_the_package_docs_and_manifests_and_no_tests(built: Path) -> None:
    names = in_source(built)
    top = {name.split("/")[0] for name in names - PACKAGE}
    assert names >= PACKAGE
    assert top == {
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "docs",
        "manifests",
        "pyproject.toml",
    }
    assert not [name for name in names if "__pycache__" in name or Path(name).name.startswith(".env")]


def test_the_same_files_make_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that has the wheel, and what it depends on from this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "env")
    (packages,) = (folder / "env").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(
        "\n".join(path for path in sys.path if "site-packages" in path)
    )
    pip = [sys.executable, "-m", "pip", "--python", folder / "env", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-index", "--ignore-installed", wheel], check=True)
    return folder / "env" / "bin"


def run(program: Path, *arguments: str) -> str:
    """What a program says, run away from the repository."""
    environ = {"PATH": str(program.parent), "HOME": str(program.parent), "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [program, *arguments], env=environ, cwd=program.parent, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_installed_program_is_of_this_version_and_its_own_files(installed: Path) -> None:
    assert run(installed / "hostex-mcp", "--version").strip().endswith(__version__)
    code = "import hostex_mcp; print(hostex_mcp.__file__)"
    assert Path(run(installed / "python", "-c", code)).is_relative_to(installed.parent)


def test_the_installed_program_has_its_demo_account(installed: Path) -> None:
    answer = run(installed / "hostex-mcp", "call", "list_properties", "limit=1", "--sandbox")
    assert [row["title"] for row in json.loads(answer)["items"]] == ["Harbour Loft"]


def test_the_installed_program_has_its_migrations_and_pages(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pydantic import SecretStr; from hostex_mcp.http.store import migrate; "
        "migrate(SecretStr('sqlite:///' + sys.argv[1]))"
    )
    run(installed / "python", "-c", code, str(tmp_path / "fresh.db"))
    assert (tmp_path / "fresh.db").stat().st_size > 0


def test_the_version_is_written_in_one_place(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    written = re.compile(r"^__version__ = ", re.MULTILINE)
    assert [
        name for name in PACKAGE if name.endswith(".py") and written.search((ROOT / name).read_text())
    ] == ["hostex_mcp/__init__.py"]
    with zipfile.ZipFile(wheel) as file:
        assert f"\nVersion: {__version__}\n" in file.read(f"{NAME}.dist-info/METADATA").decode()
