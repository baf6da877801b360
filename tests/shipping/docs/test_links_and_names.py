"""Links lead somewhere, and every command, option, setting and tool that the pages name exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hostex_mcp.cli import main
from hostex_mcp.cli.clients import APPS, Machine
from hostex_mcp.settings import SETTINGS
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.shipping.docs.markdown import (
    PAGES,
    ROOT,
    Block,
    anchors,
    blocks,
    commands,
    inline,
    links,
    named,
    read,
)

VARIABLES = {setting.variable for setting in SETTINGS}
# Not settings of the server: those of the test suite, and of the examples for agents.
OTHER_VARIABLES = re.compile(r"HOSTEX_(TESTS_\w+|ADDRESS|MCP_)")
VERBS = (
    "list|get|find|check|create|update|delete|send|reply|cancel|approve|decline|call|allocate|withdraw|move"
)
ARGUMENTS = {name for tool in CATALOGUE.values() for name in tool.input_schema["properties"]}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    missing = [link for link in links(page) if not _leads_somewhere(page, link)]
    assert not missing


def _leads_somewhere(page: Path, link: str) -> bool:
    place, _, anchor = link.partition("#")
    if "//" in place or place.startswith("mailto:"):
        return True
    target = (page.parent / place).resolve() if place else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or anchor in anchors(target)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named_here = set(re.findall(r"\bHOSTEX_[A-Z_]+\b", read(page)))
    assert not {name for name in named_here - VARIABLES if not OTHER_VARIABLES.fullmatch(name)}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_tool_that_is_named_exists(page: Path) -> None:
    said = {text.partition(" ")[0].partition("(")[0] for text in inline(page)}
    tools = {text for text in said if re.fullmatch(rf"({VERBS})(_[a-z]+)+", text)}
    assert not tools - CATALOGUE.keys() - ARGUMENTS


def written() -> Iterator[tuple[str, str]]:
    """Every `hostex-mcp` command of all pages, with where it stands."""
    for block in blocks("sh", "bash"):
        for command in commands(block):
            yield str(block), command
    for page in PAGES:
        for text in inline(page):
            for command in commands(Block(named(page), 0, "sh", text)):
                yield named(page), command


WRITTEN = sorted(set(written()))


@pytest.mark.parametrize(("where", "command"), WRITTEN, ids=[f"{case[0]} {case[1]}" for case in WRITTEN])
def test_every_command_that_is_written_exists_with_its_options(where: str, command: str) -> None:
    words = shlex.split(command)
    context = click.Context(main)
    found: click.Command = main
    while words and isinstance(found, click.Group) and not words[0].startswith("-"):
        below = found.get_command(context, words.pop(0))
        assert below, where
        found = below
    options = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    subcommand = main.get_command(context, "stdio") if found is main else None
    known = {
        name for program in (found, subcommand) if program for each in program.params for name in each.opts
    }
    assert not set(options) - known - {"--help"}
    if found.name == "call" and words and re.fullmatch(r"[a-z_]+", words[0]):
        assert words[0] in CATALOGUE


def test_the_files_of_clients_are_where_the_page_says() -> None:
    text = read(ROOT / "docs" / "clients.md")
    for app in APPS.values():
        row = re.search(rf"^\| `{app.name}` \| (.*) \|$", text, re.MULTILINE)
        assert row, app.name
        told = [cell.split("`")[1] for cell in row[1].split(" | ")]
        homes = [("linux", "~"), ("darwin", "~"), ("win32", "%USERPROFILE%")]
        for (system, home), path in zip(homes, told, strict=True):
            place = Machine(system, Path("HOME"), Path("FOLDER"))
            made = app.file(place).as_posix().replace("HOME/AppData/Roaming", "%APPDATA%")
            made = made.replace("HOME", home).removeprefix("FOLDER/")
            assert path.replace("\\", "/") == made


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_program_of_the_repository_that_is_named_exists(page: Path) -> None:
    programs = set(re.findall(r"python -m ((?:benchmarks|tests|hostex_mcp)[\w.]*)", read(page)))
    files = {ROOT.joinpath(*name.split(".")) for name in programs}
    assert not {file for file in files if not _runs(file)}
    assert all(
        (ROOT / script).exists() for script in re.findall(r"python ((?:docs|manifests)/\S+\.py)", read(page))
    )


def _runs(program: Path) -> bool:
    if program.is_dir():
        return (program / "__main__.py").exists()
    file = program.with_suffix(".py")
    return file.exists() and "__main__" in read(file)
