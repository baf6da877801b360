"""One self-contained HTML document per view, put together from style sheets and ES modules as they are.

The modules of a view stand one after the other in a single script, each behind those it imports: a document
in a frame of another program can load nothing. So they import and export by name, one statement a line.
What a view does not use, and what browsers do not read, is left out.
"""

import re
from collections import Counter
from functools import cache
from importlib.resources import files
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
_UNREAD = re.compile(r"^[ \t]*(?://.*\n|/\*[\s\S]*?\*/\n|\n)|^[ \t]+", re.MULTILINE)
_TEXT = re.compile(r'("(?:[^"\\]|\\.)*"|`[^`]*`)')
_SPACED = re.compile(r" ?([=<>!&|?:,;{}()\[\]]+) ?| ([-+*]) (?![-+])")
_UNSPLIT = re.compile(r"/|\$\{[^}`]*`")
_GOES_ON = ("{\n", "(\n", "[\n", ",\n", ";\n")
_FUNCTION = re.compile(r"^(?:async )?function (\w+)\([\s\S]*?\n}\n", re.MULTILINE)
_STYLE_SPACED = re.compile(r"\s*([{};,])\s*|(?<=:)\s+")
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
    style = _lean_style(_text("parts/style.css") + _text(f"{name}.css"))
    return _FRAME.format(title=title, style=style, script=_lean(_used(modules(name))))


def modules(name: str) -> str:
    """Return the modules of a view as one script, as they are written."""
    return "".join(_modules(f"{name}.js", []))


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


def _text(path: str) -> str:
    return files(_PACKAGE).joinpath(*PurePosixPath(path).parts).read_text("utf-8")


def _used(script: str) -> str:
    """Return a script without the functions of shared modules that this view never names."""
    names = Counter(re.findall(r"\w+", _UNREAD.sub("", script)))
    return _FUNCTION.sub(lambda found: found[0] if names[found[1]] > 1 else "", script)


def _lean(script: str) -> str:
    """Return a script without comments and needless spaces.

    Strings are in double quotes, or in backticks that end on their line; a line with a slash (it may divide,
    or be an expression) or with a template in a template stays as it is.
    """
    return "".join(map(_lean_line, _UNREAD.sub("", script).splitlines(keepends=True)))


def _lean_line(line: str) -> str:
    if _UNSPLIT.search(line):
        return line
    parts = _TEXT.split(line)
    lean = "".join(
        part if place % 2 else _SPACED.sub(lambda found: found[1] or found[2], part)
        for place, part in enumerate(parts)
    )
    return lean.removesuffix("\n") if lean.endswith(_GOES_ON) else lean


def _lean_style(style: str) -> str:
    return _STYLE_SPACED.sub(r"\1", _UNREAD.sub("", style))
