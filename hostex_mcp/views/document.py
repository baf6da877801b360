"""One self-contained HTML document per view, put together from style sheets and ES modules as they are.

The modules of a view stand one after the other in a single script, each behind those it imports: a document
in a frame of another program can load nothing. So they import and export by name, one statement a line.
"""

import re
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
    style = _text("parts/style.css") + _text(f"{name}.css")
    script = "".join(_modules(f"{name}.js", []))
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


def _text(path: str) -> str:
    return files(_PACKAGE).joinpath(*PurePosixPath(path).parts).read_text("utf-8")
