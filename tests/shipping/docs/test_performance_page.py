"""The page of measurements has a place for every table, and the command fills them."""

import re
from pathlib import Path

import pytest

from benchmarks import sampled
from benchmarks.aims import Aim, judged
from benchmarks.candidates import setting
from benchmarks.measuring import Table
from benchmarks.page import markers, renew
from benchmarks.stdio import Calls, Start, session
from tests.shipping.docs.markdown import read
from tests.support.root import ROOT

PAGE = ROOT / "docs" / "performance.md"
NAMES = [
    "conditions",
    "start-up",
    "round-trip",
    "http",
    "memory-stdio",
    "memory-http",
    "deciding",
    "tool-lists",
    "results",
    "conversations",
    "briefing",
    "calls",
    "views",
    "community",
    "loading",
    "calling",
    "aims",
]


def test_every_table_of_the_page_lies_between_its_markers() -> None:
    text = read(PAGE)
    assert re.findall(r"<!-- measured: (\S+) -->", text) == NAMES
    for name in NAMES:
        start, end = markers(name)
        inside = text.partition(start)[2].partition(end)[0]
        assert re.match(r"\n\n\| .+ \|\n\|( -+:? \|)+\n\| ", inside), name
        assert "<!--" not in inside


def test_a_table_is_renewed_and_the_rest_of_the_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n\n<!-- measured: x -->\nold\n<!-- end: x -->\n\nThe end.\n", encoding="utf-8")
    renew(page, [Table("x", ("Server", "ms"), [("one", "1.5")], "A note.")])
    table = "| Server | ms |\n| --- | ---: |\n| one | 1.5 |\n\nA note.\n\n"
    assert read(page) == f"# A\n\n<!-- measured: x -->\n\n{table}<!-- end: x -->\n\nThe end.\n"


def test_a_table_without_a_place_in_the_page_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has no place for x"):
        renew(page, [Table("x", ("Server",), [("one",)])])
    assert read(page) == "# A\n"


def test_an_aim_is_a_number_or_a_share_of_another_row_and_may_be_unmeasured() -> None:
    rows = [("bare", "0.60 (0.5 to 0.7)"), ("own", "0.45 (0.4 to 0.5)")]
    tables = [Table("start-up", ("Server", "s"), rows)]
    own, bare = {"Server": "own"}, {"Server": "bare"}
    share = Aim("Start", "at most", 0.7, "start-up", own, "s", share_of=bare)
    assert share.judged(tables) == ("Start", "at most 70%", "75%", "no")
    assert Aim("Start", "at most", 0.5, "start-up", own, "s").judged(tables)[1:] == (
        "at most 0.5",
        "0.45",
        "yes",
    )
    assert share.judged([]) == ("Start", "at most 70%", "not measured", "")
    assert {row[2] for row in judged([]).rows} == {"not measured"}


def test_a_server_is_started_called_and_measured() -> None:
    start = Start()
    with setting(None) as shared:
        start.add(shared.ours("hostex-mcp"))
        with session(shared.baselines("stdio")[0]) as opened:
            calls = Calls(opened)
            calls.add(5)
    assert 0 < start.listed[0] < start.called[0]
    assert start.megabytes[0] > 10 < calls.megabytes[0]
    assert 0 < calls.median[0] <= calls.p95[0]


def test_the_parts_of_a_call_are_files_that_exist() -> None:
    ours = [place for places in sampled.PARTS.values() for place in places if place.startswith("hostex_mcp/")]
    assert [place for place in ours if not list(ROOT.glob(f"{place}*"))] == []
