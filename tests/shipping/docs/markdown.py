"""The pages that people read, and what stands in them: code, links, headings, names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.root import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "docs" / "llms.txt",
]

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(
    r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)|\[!\[[^\]]*\]\([^)]+\)\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\""
)
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A piece of code in a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def read(page: Path) -> str:
    """The text of a page."""
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    """A page's path as it stands in links from the root."""
    return page.relative_to(ROOT).as_posix()


def blocks(*languages: str) -> list[Block]:
    """Every piece of code in these languages, of all pages."""
    return [block for page in PAGES for block in _blocks(page) if block.language in languages]


def _blocks(page: Path) -> Iterator[Block]:
    text = read(page)
    for found in _FENCE.finditer(text):
        indent, language, body = found.groups()
        lines = [line.removeprefix(indent) for line in body.splitlines()]
        line = text.count("\n", 0, found.start()) + 1
        yield Block(named(page), line, language, "\n".join(lines) + "\n")


def prose(page: Path) -> str:
    """A page without its code."""
    return _FENCE.sub("", read(page))


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page lead."""
    return [next(filter(None, found.groups())) for found in _LINK.finditer(prose(page))]


def inline(page: Path) -> list[str]:
    """What stands between backticks in the text."""
    return _INLINE.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """What a link behind `#` may name: the headings, as GitHub spells them."""
    return {_slug(heading) for heading in _HEADING.findall(prose(page))}


def _slug(heading: str) -> str:
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def commands(block: Block) -> list[str]:
    """The `hostex-mcp` commands of a shell block, without comments and what is set before them."""
    found: list[str] = []
    for line in re.sub(r"\\\n\s*", " ", block.text).splitlines():
        for part in re.split(r"&&|\|(?!\|)|;", line.split(" #")[0].removeprefix("#")):
            words = part.strip()
            match = re.match(r"(?:[A-Z_]+=\S* +)*(?:\S*/)?hostex-mcp(?: +(.*))?$", words)
            if match:
                found.append((match[1] or "").strip())
    return found
