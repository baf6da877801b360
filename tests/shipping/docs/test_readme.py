"""What the README promises in numbers and commands holds, and the lists of pages are complete."""

import asyncio
import re

import pytest

from benchmarks import tokens
from benchmarks.measuring import Table
from tests.shipping.docs.markdown import PAGES, links, named, read
from tests.support.root import ROOT

README = read(ROOT / "README.md")


def measured(table: Table, row: str) -> list[int]:
    (cells,) = (cells for name, *cells in table.rows if name == row)
    return [int(cell.replace(",", "")) for cell in cells if "." not in cell]


def test_the_tokens_of_the_comparison_are_those_that_are_measured() -> None:
    listed, cost, *_ = measured(tokens.lists(), "core")
    _, raw, _, text = measured(asyncio.run(tokens.answers()), "20 reservations")
    told = re.search(r"about ([\d,]+) as text\[\^tokens\] \| .*? is about ([\d,]+)\[\^tokens\]", README)
    assert told
    assert text == pytest.approx(int(told[1].replace(",", "")), rel=0.05)
    assert raw == pytest.approx(int(told[2].replace(",", "")), rel=0.05)
    assert f"| {listed} by default |" in README
    assert cost < 9_000
    assert "| under 9,000[^tokens] |" in README


def test_the_second_command_is_what_ci_runs() -> None:
    first, second = re.findall(r"```sh\n(python3 -m venv [^\n]+)\n```", README)
    assert first.endswith("&& .venv/bin/pip install --quiet . && .venv/bin/hostex-mcp demo")
    assert second.endswith("&& .venv/bin/python -m pytest")
    assert re.search(r"^python -m pytest\b", read(ROOT / ".ci" / "run"), re.MULTILINE)


@pytest.mark.parametrize("listing", ["README.md", "docs/llms.txt"])
def test_every_page_is_in_the_lists_of_pages(listing: str) -> None:
    source = ROOT / listing
    linked = {
        (source.parent / link.partition("#")[0]).resolve() for link in links(source) if "//" not in link
    }
    own = {page for page in PAGES if page.name not in ("README.md", "llms.txt")}
    assert not {named(page) for page in own - linked}


def test_the_list_for_models_has_the_form_that_models_expect() -> None:
    lines = read(ROOT / "docs" / "llms.txt").splitlines()
    assert lines[0] == "# hostex-mcp"
    assert lines[2].startswith("> ")
    after = lines[lines.index("## Docs") :]
    assert all(re.fullmatch(r"## .+|- \[[^\]]+\]\([^)]+\): .+|", line) for line in after)
