"""The examples of the pages do what they say, on the demo account."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from hostex_mcp.cli import main
from hostex_mcp.tools.catalogue import CATALOGUE
from tests.clients.node import NODE, folder, require_node, run
from tests.shipping.docs.markdown import Block, blocks, commands
from tests.support.processes import Running, hostex_mcp
from tests.support.root import ROOT

MEASURED = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_")}
WRITTEN = sorted({command for block in blocks("sh") for command in commands(block)})
CALLS = [command for command in WRITTEN if command.startswith("call ") and "--sandbox" in command]
LOOKS = [
    command
    for command in WRITTEN
    if command.startswith(("tools", "config", "keys new")) and "--write" not in command
]
PYTHON = [block for block in blocks("python") if "asyncio.run(" in block.text]


@pytest.fixture(scope="module")
def server() -> Generator[Running]:
    with hostex_mcp("--sandbox", HOSTEX_MCP_ALLOW_TOKEN_HEADER="1", HOSTEX_MCP_CONFIRM="token") as running:
        yield running


@pytest.mark.parametrize("command", CALLS)
def test_a_call_on_the_demo_account_succeeds(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOSTEX_ACCESS_TOKEN", raising=False)
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code == 0, done.output
    assert "error" not in json.loads(done.stdout)


@pytest.mark.parametrize("command", LOOKS)
def test_a_command_that_only_looks_ends_well(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code == 0, done.output
    assert done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_a_program_in_python_gets_its_answer(block: Block, server: Running, tmp_path: Path) -> None:
    program = tmp_path / "agent.py"
    program.write_text(block.text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)],
        env={
            **MEASURED,
            "PATH": "/usr/bin",
            "HOSTEX_ADDRESS": server.resource,
            "BROWSER": f"{browser(tmp_path)} %s",
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search("Harbour|Wicker|Douro", done.stdout)


def browser(folder: Path) -> str:
    """A program that takes the part of the browser and of the person before it."""
    script = folder / "browser"
    command = f"cd {shlex.quote(str(ROOT))} && exec {shlex.quote(sys.executable)} -m tests.support.driving"
    script.write_text(f'#!/bin/sh\n{command} "$1"\n', encoding="utf-8")
    script.chmod(0o755)
    return str(script)


def typescript(block: Block, server: Running, folder_of_agent: Path) -> list[str]:
    """What a program prints."""
    require_node()
    (folder_of_agent / "node_modules").symlink_to(folder() / "node_modules")
    program = folder_of_agent / "agent.mjs"
    program.write_text(block.text, encoding="utf-8")
    environ = {"HOSTEX_ADDRESS": server.resource, "BROWSER": browser(folder_of_agent)}
    done = run([str(NODE), str(program)], cwd=folder_of_agent, environ=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_program_in_typescript_previews_and_confirms(server: Running, tmp_path: Path) -> None:
    block = next(block for block in blocks("ts") if "confirmation_token" in block.text)
    summary, outcome = typescript(block, server, tmp_path)
    assert "Harbour Loft" in summary
    assert outcome == "done"


def test_what_the_programs_in_typescript_send_fits_the_schemas() -> None:
    """Their literals are YAML too."""
    texts = "".join(block.text for block in blocks("ts"))
    (changed,) = re.findall(r"const change = (\{.*\});", texts)
    calls = re.findall(r'name: "(\w+)", arguments: (\{.*?\}|\w+) \}', texts)
    assert {name for name, _ in calls} >= {"update_availabilities", "list_properties"}
    for name, given in calls:
        arguments = yaml.safe_load(given if given.startswith("{") else changed)
        jsonschema.validate(arguments, CATALOGUE[name].input_schema)


def test_a_program_in_typescript_signs_in(server: Running, tmp_path: Path) -> None:
    block = next(block for block in blocks("ts") if "authProvider" in block.text)
    assert "Harbour Loft" in "".join(typescript(block, server, tmp_path))


@pytest.mark.parametrize("block", blocks("json", "yaml", "toml"), ids=str)
def test_data_can_be_read(block: Block) -> None:
    readers: dict[str, Any] = {"json": json.loads, "yaml": yaml.safe_load, "toml": tomllib.loads}
    assert readers[block.language](block.text)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_is_python(block: Block) -> None:
    compile(block.text, str(block), "exec")


def test_every_kind_of_example_is_there_to_be_run() -> None:
    assert len(CALLS) >= 3
    assert len(LOOKS) >= 3
    assert len(PYTHON) >= 2
    assert len(blocks("ts")) == 2
    assert blocks("json")
