"""Programs of other people that check files; each comes with the development packages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.complete import missing
from tests.support.root import ROOT


def complaints(program: str, *arguments: str | Path) -> str:
    """What a linter says against files of this repository; nothing when it accepts them."""
    found = shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        missing(f"{program} is not installed; it is among the development packages")
    done = subprocess.run([found, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}" or f"{program} failed"
