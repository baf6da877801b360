"""One self-contained HTML document per view, put together from style sheets and ES modules as they are.

The modules of a view stand one after the other in a single script, each behind those it imports: a document
in a frame of another program can load nothing. So they import and export by name, one statement a line. A
style sheet beside a module goes where the module does.
"""

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

VIEWS = {
    "day": "Day",
    "calendar": "Calendar",
    "performance": "Performance",
    "thread": "Conversation",
    "change": "Change",
}

_PACKAGE = "hostex_mcp.views"
_IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<path>[./\w-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class)\b)", re.MULTILINE)
_COMMENT = re.compile(r"^[ ]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main id="view" aria-busy="true"></main>
<script type="module">
{script}</script>
</body>
</html>
"""


@cache
def document(name: str) -> str:
    """Return the HTML document of a view.

    Raises:
        KeyError: there is no view of this name.
    """
    title = VIEWS[name]
    placed: list[str] = []
    script = "".join(_modules(f"{name}.js", placed))
    style = _text("parts/style.css") + "".join(_styles(placed))
    return _FRAME.format(title=title, style=_lean(style), script=_lean(script))


def _modules(path: str, placed: list[str]) -> list[str]:
    """Return the text of a module behind the texts of those it imports that are not `placed` yet."""
    if path in placed:
        return []
    placed.append(path)
    text = _text(path)
    folder = PurePosixPath(path).parent
    texts: list[str] = []
    for found in _IMPORT.finditer(text):
        texts += _modules(str(folder / found["path"]), placed)
    return [*texts, _EXPORT.sub("", _IMPORT.sub("", text))]


def _lean(text: str) -> str:
    """Return scripts or styles without comments that have lines of their own, indentation and empty lines."""
    return _INDENT.sub("", _COMMENT.sub("", text))


def _styles(modules: list[str]) -> list[str]:
    """Return the style sheets that lie beside modules, under the same names."""
    sheets = [f"{path.removesuffix('.js')}.css" for path in modules]
    return [_text(sheet) for sheet in reversed(sheets) if _file(sheet).is_file()]


def _file(path: str) -> Traversable:
    return files(_PACKAGE).joinpath(*PurePosixPath(path).parts)


def _text(path: str) -> str:
    return _file(path).read_text("utf-8")
