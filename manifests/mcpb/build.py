"""Builds the bundle for Claude Desktop: `python manifests/mcpb/build.py FOLDER` writes hostex-mcp.mcpb there.

The bundle holds the manifest and this package; Claude Desktop has uv install what it depends on, in the
versions of requirements.txt. The same files make the same bytes, whoever builds it and when.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).parents[2]
MANIFEST = Path(__file__).with_name("manifest.json")
_LEFT_OUT = {"__pycache__"}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16


def build(folder: Path) -> Path:
    """Write the bundle into a folder and give its path.

    Raises:
        ValueError: when the manifest names another version than the package.
    """
    _check_version()
    bundle = folder / "hostex-mcp.mcpb"
    with ZipFile(bundle, "w", ZIP_DEFLATED) as file:
        for name, content in _contents():
            info = ZipInfo(name, _LONG_AGO)
            info.external_attr, info.compress_type = _PLAIN_FILE, ZIP_DEFLATED
            file.writestr(info, content)
    return bundle


def _contents() -> Iterator[tuple[str, bytes]]:
    yield "manifest.json", MANIFEST.read_bytes()
    yield "pyproject.toml", _project().encode()
    for name in ("README.md", "LICENSE"):
        yield name, (ROOT / name).read_bytes()
    for path in sorted((ROOT / "hostex_mcp").rglob("*")):
        if path.is_file() and not _LEFT_OUT & set(path.parts):
            yield path.relative_to(ROOT).as_posix(), path.read_bytes()


def _project() -> str:
    """The project's file without the packages of its developers, which uv would install too, and with the
    versions that were tested."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = re.sub(r"^\[dependency-groups\]\n.*?(?=^\[)", "", text, flags=re.MULTILINE | re.DOTALL)
    pinned = re.findall(
        r"^(\S+==.*?) \\$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    return f"{text}\n[tool.uv]\nconstraint-dependencies = {json.dumps(pinned, indent=4)}\n"


def _check_version() -> None:
    text = (ROOT / "hostex_mcp" / "__init__.py").read_text(encoding="utf-8")
    named = json.loads(MANIFEST.read_text(encoding="utf-8"))["version"]
    if f'__version__ = "{named}"' not in text:
        raise ValueError(f"manifest.json names version {named}, hostex_mcp/__init__.py another")


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]))}\n")
