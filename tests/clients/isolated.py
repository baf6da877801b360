"""Python clients that cannot live beside the SDK that the server uses: an environment of their own.

They are pinned in `python/`, with digests. `python -m tests.clients.isolated` installs them outside the
repository; `python -m tests.clients.isolated pin` pins anew what `python/requirements.in` asks for.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import platformdirs
from uv import find_uv_bin

from tests.support.complete import missing

PROGRAMS = Path(__file__).parent / "python"
PINS = PROGRAMS / "requirements.txt"
FOLDER = "HOSTEX_TESTS_PYTHON_FOLDER"
_PLACE = "Scripts/python.exe" if os.name == "nt" else "bin/python"


def folder() -> Path:
    """Where the environment of these very pins and this Python is, or is to be."""
    pins = hashlib.sha256(PINS.read_bytes()).hexdigest()[:16]
    base = os.environ.get(FOLDER) or platformdirs.user_cache_path("hostex-mcp-tests")
    return Path(base) / f"python{sys.version_info.major}.{sys.version_info.minor}-{pins}"


def require_environment() -> None:
    """Skip the test when the packages are missing, or fail it where nothing may be missing."""
    if not folder().exists():
        missing("needs the packages that `python -m tests.clients.isolated` installs")


def run(program: str, given: Any, cwd: Path) -> Any:
    """What a program of `python/` prints for what it is given, both as JSON."""
    require_environment()
    done = subprocess.run(
        [str(folder() / _PLACE), str(PROGRAMS / program)],
        cwd=cwd,
        env={"HOME": str(cwd), "PATH": os.environ.get("PATH", "")},
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def install() -> Path:
    """Install the packages unless they are there; several processes may do so at once."""
    done = folder()
    if done.exists():
        return done
    done.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=done.parent))
    _uv("venv", "--quiet", "--allow-existing", "--python", sys.executable, str(fresh))
    pins = ("--require-hashes", "--requirements", str(PINS))
    _uv("pip", "install", "--quiet", "--python", str(fresh / _PLACE), *pins)
    try:
        fresh.rename(done)
    except OSError:
        shutil.rmtree(fresh)
    return done


def pin() -> None:
    """Write the pins, for every platform and Python that the tests run on."""
    form = ("--no-emit-index-url", "--no-header", "--no-annotate", "--quiet")
    wanted = ("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade")
    _uv("pip", "compile", *wanted, *form, str(PROGRAMS / "requirements.in"), "--output-file", str(PINS))


def _uv(*arguments: str) -> None:
    subprocess.run([find_uv_bin(), *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    if sys.argv[1:] == ["pin"]:
        pin()
    sys.stdout.write(f"{install()}\n")
