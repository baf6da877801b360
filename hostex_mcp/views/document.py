"""One self-contained HTML document per view, put together from style sheets and ES modules as they are.

The modules of a view stand one after the other in a single script, each behind those it imports: a document
in a frame of another program can load nothing. So they import and export by name, one statement a line.
A style sheet beside a module goes where the module does.
Functions and constants that a view does not use, comments and what browsers do not read are left out: see the
rules of `_lean`. No comment stands behind code on its line.
"""

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import accumulate
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
_ONE_LINE = re.compile(r"^const ([A-Z_]+) = \S[^\n]*;\n", re.MULTILINE)
_UNREAD = re.compile(r"^[ \t]*(?://.*\n|/\*[\s\S]*?\*/\n|\n)|^[ \t]+", re.MULTILINE)
_TEXT = re.compile(r'("(?:[^"\\]|\\.)*"|`[^`]*`)')
_SPACED = re.compile(r" ?([=<>!&|?:,;{}()\[\]]+) ?| ?([-+*/]=?) (?![-+])")
_JOINED = re.compile(r"(?<=[{(\[,;}])\n(?=[^<]|$)(?!(?:async )?function |class )")
_CONSTANT = re.compile(r";\nconst(?: |(?=[{\[]))")
_DECLARED = re.compile(r"(?:^|\n)const(?: |(?=[{\[]))")
_PLACE = re.compile(r"(?<=\$\{)[^{}`\"]+(?=\})")
_NESTED = re.compile(r"\$\{[^}`]*`")
_DIVIDED = re.compile(r"(?<! )/|/(?! )")
_METHOD = re.compile(r"^  (?:async )?(\w+)\([^\n>]*\) \{\n[\s\S]*?^  \}\n", re.MULTILINE)
_ALONE = re.compile(r"(?<![\w$])\((\w+)\)(?==>)")
_LAST = re.compile(r"[;,]?\n(?=[})\]])")
_STYLE_SPACED = re.compile(r"\s*;?\s*(})\s*|\s*([{;,>])\s*|(?<=:)\s+")
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
    """Return a script without the functions, methods and constants of a line that nothing else in it names:
    parts have some for other views."""
    text = _UNREAD.sub("", script)
    words, members = Counter(re.findall(r"\w+", text)), {"constructor", *re.findall(r"\.(\w+)", text)}

    def kept(found: re.Match[str]) -> str:
        # A function may name itself.
        own = re.findall(r"\w+", _UNREAD.sub("", found[0])).count(found[1])
        return found[0] if words[found[1]] > own else ""

    fewer = _ONE_LINE.sub(kept, _FUNCTION.sub(kept, script))
    fewer = _METHOD.sub(lambda found: found[0] if found[1] in members else "", fewer)
    return fewer if fewer == script else _used(fewer)


def _lean(script: str) -> str:
    """Return a script without comments and needless spaces. Strings are in double quotes or backticks that
    end on their line; a line with a regular expression or a template in a template stays."""
    lines = _LAST.sub("", _UNREAD.sub("", script)).splitlines(keepends=True)
    return _JOINED.sub("", _declared_together("".join(map(_lean_line, lines))))


def _declared_together(script: str) -> str:
    """Return a script in which constants that stand one behind the other are declared by one word."""
    first, *others = _CONSTANT.split(script)
    together, declared = first, _DECLARED.split(first)[-1]
    for other in others:
        space = "" if other[0] in "{[" else " "
        together += f",\n{other}" if _is_whole(declared) else f";\nconst{space}{other}"
        declared = _DECLARED.split(other)[-1]
    return together


def _is_whole(declaration: str) -> bool:
    """Whether every bracket is closed that is opened, and nothing is ended."""
    depths = list(accumulate(1 if char in "{([" else -1 for char in re.findall(r"[{(\[\])}]", declaration)))
    return ";" not in declaration and min(depths, default=0) >= 0 and depths[-1:] in ([], [0])


def _lean_line(line: str) -> str:
    if _NESTED.search(line) or _DIVIDED.search(_TEXT.sub("", line)):
        return line
    parts = _TEXT.split(line)
    return "".join(_lean_text(part) if place % 2 else _lean_code(part) for place, part in enumerate(parts))


def _lean_text(text: str) -> str:
    return _PLACE.sub(lambda found: _lean_code(found[0]), text) if text.startswith("`") else text


def _lean_code(code: str) -> str:
    return _ALONE.sub(r"\1", _SPACED.sub(r"\1\2", code))


def _lean_style(style: str) -> str:
    return _STYLE_SPACED.sub(r"\1\2", _UNREAD.sub("", style))
