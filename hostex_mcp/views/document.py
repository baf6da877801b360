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
_SIGNS = re.compile(r"[ ]?([{}()\[\],;:?=<>&|]+)[ ]?")
_STRING = re.compile(r'("(?:[^"\\]|\\.)*"|`[^`]*`)')
_REGEX = re.compile(r"[(=,?] ?/(?![/*\s])")
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
    return _FRAME.format(
        title=title,
        style=_tight(_lean(style)),
        script="".join(map(_squeezed, _lean(script).splitlines(keepends=True))),
    )


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


def _tight(style: str) -> str:
    """Return a style sheet without blanks around its signs. A colon may begin a pseudo-class."""
    return re.sub(r":[ ]+", ":", re.sub(r"\s*([{};,])\s*", r"\1", style))


def _squeezed(line: str) -> str:
    """Return a line of a script without blanks around its signs; its texts stay as they are."""
    # Of more than one template, one may stand in the other.
    if line.count("`") > 2 or _REGEX.search(line):
        return line
    return "".join(
        part if part.startswith(('"', "`")) else _SIGNS.sub(r"\1", part) for part in _STRING.split(line)
    )


def _styles(modules: list[str]) -> list[str]:
    """Return the style sheets that lie beside modules, under the same names."""
    sheets = [f"{path.removesuffix('.js')}.css" for path in modules]
    return [_text(sheet) for sheet in reversed(sheets) if _file(sheet).is_file()]


def _file(path: str) -> Traversable:
    return files(_PACKAGE).joinpath(*PurePosixPath(path).parts)


def _text(path: str) -> str:
    return _file(path).read_text("utf-8")
