"""Programs of other people that check files; each comes with the development packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]


def missing(program: str) -> NoReturn:
    """Skip a test for want of a program, or fail it where nothing may be skipped."""
    reason = f"{program} is not installed; it is among the development packages"
    if os.environ.get("HOSTEX_TESTS_COMPLETE") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def complaints(program: str, *arguments: str | Path) -> str:
    """What a linter says against files of this repository; nothing when it accepts them."""
    found = shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        missing(program)
    done = subprocess.run([found, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}" or f"{program} failed"
