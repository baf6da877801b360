"""The document of a view is one file that loads nothing, and within its size."""

import re

import pytest

from hostex_mcp.domain.channels import CHANNELS
from hostex_mcp.views import VIEWS, document
from hostex_mcp.views.document import modules

_MOST_BYTES = 60_000
_DECLARED = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_below_60_kilobytes(name: str) -> None:
    assert len(document(name).encode()) < _MOST_BYTES


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_names_nothing_that_a_browser_would_load(name: str) -> None:
    text = document(name).replace("http://www.w3.org/2000/svg", "")

    assert not re.findall(
        r"https?://|//[a-z0-9-]+\.[a-z]|\bsrc=|\bhref=|@import|url\(|\bfetch\(|import\(", text
    )


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_never_makes_elements_of_text(name: str) -> None:
    text = document(name)

    assert not re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bon\w+=\"", text
    )


@pytest.mark.parametrize("name", VIEWS)
def test_the_modules_of_a_view_stand_in_one_script_without_a_name_twice(name: str) -> None:
    html = document(name)
    (script,) = re.findall(r'<script type="module">(.*?)</script>', html, re.DOTALL)

    names = _DECLARED.findall(modules(name))
    assert not re.search(r"^(?:import|export) ", script, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_an_unknown_view_has_no_document() -> None:
    with pytest.raises(KeyError):
        document("../settings")


def test_every_channel_has_a_name_in_views() -> None:
    text = modules("day")

    named = re.findall(r'^  "?([\w.]+)"?: "[^"]+",$', text, re.MULTILINE)
    assert set(CHANNELS) <= set(named)
