"""The picture of the README is a run of the demo as it is today, and can be shown anywhere."""

import re
from html import unescape
from itertools import groupby
from xml.etree import ElementTree

from docs import picture
from tests.support.root import ROOT

FILE = ROOT / "docs" / "images" / "demo.svg"
SVG = "{http://www.w3.org/2000/svg}"


def words(line: str) -> list[str]:
    return line.replace("\xa0", " ").split()


def test_the_picture_shows_what_the_demo_prints_today() -> None:
    texts = [text for text in ElementTree.parse(FILE).iter(f"{SVG}text") if "textLength" in text.attrib]
    pictured = [
        words(" ".join(text.text or "" for text in line))
        for _, line in groupby(texts, lambda text: text.get("y"))
    ]
    printed = [words(line) for line in picture.recorded().export_text().splitlines() if line.strip()]
    assert [line for line in pictured if line] == printed


def test_the_picture_needs_nothing_from_anywhere_else() -> None:
    text = unescape(FILE.read_text(encoding="utf-8"))
    assert re.findall(r"[a-z]+://[^\"' )]+", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"@import|@font-face|<script|<image|href", text)
