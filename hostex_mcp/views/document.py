"""One self-contained HTML document per view, put together from style sheets and ES modules as they are.

The modules of a view stand one after the other in a single script, each behind those it imports: a document
in a frame of another program can load nothing. So they import and export by name, one statement a line.
A style sheet beside a module goes where the module does.
Functions that a view does not use, comments and spaces that browsers do not read are left out: see the rules
of `_lean`. No comment stands behind code on its line.
"""

import re
from collections import Counter
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
_FUNCTION = re.compile(r"^(?:async )?function (\w+)\([\s\S]*?^\}\n", re.MULTILINE)
_UNREAD = re.compile(r"^[ \t]*(?://.*\n|/\*[\s\S]*?\*/\n|\n)|^[ \t]+", re.MULTILINE)
_TEXT = re.compile(r'("(?:[^"\\]|\\.)*"|`[^`]*`)')
_SPACED = re.compile(r" ?([=<>!&|?:,;{}()\[\]]+) ?| ([-+*]) (?![-+])")
_JOINED = re.compile(r"(?<=[{(\[,;])\n(?=[^<])")
_NESTED = re.compile(r"\$\{[^}`]*`")
_LAST = re.compile(r"[;,]?\n(?=[})\]])")
_STYLE_SPACED = re.compile(r"\s*;?\s*(})\s*|\s*([{;,])\s*|(?<=:)\s+")
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
    script = _lean(_used("".join(_modules(f"{name}.js", placed))))
    style = _lean_style(_text("parts/style.css") + "".join(_styles(placed)))
    return _FRAME.format(title=title, style=style, script=script)


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


def _styles(modules: list[str]) -> list[str]:
    """Return the style sheets beside modules; what a module imports comes before it."""
    sheets = [f"{path.removesuffix('.js')}.css" for path in reversed(modules)]
    return [_text(sheet) for sheet in sheets if _file(sheet).is_file()]


def _file(path: str) -> Traversable:
    return files(_PACKAGE).joinpath(*PurePosixPath(path).parts)


def _text(path: str) -> str:
    return _file(path).read_text("utf-8")


def _used(script: str) -> str:
    """Return a script without the functions that nothing in it names: parts have some for other views."""
    words = Counter(re.findall(r"\w+", _UNREAD.sub("", script)))
    fewer = _FUNCTION.sub(lambda found: found[0] if words[found[1]] > 1 else "", script)
    return fewer if fewer == script else _used(fewer)


def _lean(script: str) -> str:
    """Return a script without comments and needless spaces. Strings are in double quotes or backticks that
    end on their line; a line that divides, has a regular expression or a template in a template stays."""
    return _JOINED.sub(
        "", "".join(map(_lean_line, _LAST.sub("", _UNREAD.sub("", script)).splitlines(keepends=True)))
    )


def _lean_line(line: str) -> str:
    parts = _TEXT.split(line)
    if _NESTED.search(line) or "/" in "".join(parts[::2]):
        return line
    return "".join(part if place % 2 else _SPACED.sub(r"\1\2", part) for place, part in enumerate(parts))


def _lean_style(style: str) -> str:
    return _STYLE_SPACED.sub(r"\1\2", _UNREAD.sub("", style))
