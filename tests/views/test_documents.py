"""The document of a view is one file that loads nothing, and within its size."""

import re
import subprocess
from pathlib import Path

import pytest

from hostex_mcp import views
from hostex_mcp.domain.channels import CHANNELS
from hostex_mcp.views import VIEWS, document
from tests.clients.node import NODE

_MOST_BYTES = 60_000
_FOLDER = Path(views.__file__).parent


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
def test_the_modules_of_a_view_are_one_script_that_declares_no_name_twice(name: str, tmp_path: Path) -> None:
    (script,) = re.findall(r'<script type="module">(.*?)</script>', document(name), re.DOTALL)
    module = tmp_path / "view.mjs"
    module.write_text(script, encoding="utf-8")

    # Node refuses a module that declares a name twice, and whatever else is no script.
    checked = subprocess.run([NODE, "--check", module], capture_output=True, text=True, check=False)
    assert checked.stderr == ""
    assert not re.search(r"^(?:import|export) ", script, re.MULTILINE)


@pytest.mark.parametrize("name", VIEWS)
def test_what_people_read_is_in_a_document_as_it_is_in_its_modules(name: str) -> None:
    text = document(name)
    sources = [path.read_text(encoding="utf-8") for path in _FOLDER.rglob("*.js")]
    exported = re.compile(r"^export ((?:async )?function \w+)", re.MULTILINE)
    imported = [source for source in sources if (found := exported.search(source)) and found[1] in text]
    sentences = {words for source in imported for words in re.findall(r'"[A-Z][^"\n]* [^"\n]*"', source)}
    assert sentences
    assert [words for words in sentences if words not in text] == []


def test_an_unknown_view_has_no_document() -> None:
    with pytest.raises(KeyError):
        document("../settings")


def test_every_channel_has_a_name_in_views() -> None:
    text = document("day")

    named = re.findall(r'[{,]"?([\w.]+)"?:"[^"]+"', text)
    assert set(CHANNELS) <= set(named)


def test_no_code_of_hostex_is_looked_up_among_what_every_object_has() -> None:
    # "constructor" and the like would be found in any object with a prototype.
    bare = [
        f"{path.name}: {name}"
        for path in _FOLDER.rglob("*.js")
        for text in [path.read_text(encoding="utf-8")]
        for name, members in re.findall(r"^const ([A-Z_]+) = \{(.*?)[};]", text, re.DOTALL | re.MULTILINE)
        if re.search(rf"\b{name}\[", text) and not members.strip().startswith("__proto__: null,")
    ]
    assert bare == []


@pytest.mark.parametrize("code", ["constructor", "__proto__", "toString", "hasOwnProperty"])
def test_a_channel_or_status_with_any_name_is_shown_by_that_name(code: str, tmp_path: Path) -> None:
    modules = [_FOLDER / "parts" / "format.js"]
    script = modules[0].read_text(encoding="utf-8")
    module = tmp_path / "names.mjs"
    module.write_text(f"{script}\nconsole.log(brand({code!r}), brandClass({code!r}));", encoding="utf-8")
    said = subprocess.run([NODE, module], capture_output=True, text=True, check=False)
    assert (said.stdout, said.stderr) == (f"{code} channel-other\n", "")
