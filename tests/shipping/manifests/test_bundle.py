"""The bundle for Claude Desktop: built by its script, taken by the official tool, started as it says."""

import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from hostex_mcp import __version__
from hostex_mcp.sandbox import WRITABLE, Sandbox, running
from tests.clients.node import program, require_node, run
from tests.shipping.operations.dockerfile import outside
from tests.support.complete import installs_packages
from tests.support.root import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]

MANIFEST: dict[str, Any] = json.loads((ROOT / "manifests" / "mcpb" / "manifest.json").read_text())
PROGRAMS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    script = ROOT / "manifests" / "mcpb" / "build.py"
    done = subprocess.run(
        [sys.executable, script, folder], cwd=folder, capture_output=True, text=True, check=True
    )
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def unpacked(bundle: Path) -> Path:
    folder = bundle.parent / "unpacked"
    with zipfile.ZipFile(bundle) as file:
        file.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def installed(bundle: Path) -> Path:
    """The bundle as the official tool unpacks it."""
    require_node()
    folder = bundle.parent / "installed"
    done = run([*program("mcpb"), "unpack", str(bundle), str(folder)], cwd=bundle.parent)
    assert done.returncode == 0, done.stderr
    return folder


def started(folder: Path, chosen: dict[str, Any], **more: str) -> StdioServerParameters:
    """What Claude Desktop makes of the manifest once a person has filled in the form."""
    values = {name: field["default"] for name, field in MANIFEST["user_config"].items()} | chosen
    config: dict[str, Any] = MANIFEST["server"]["mcp_config"]

    def filled(text: str) -> str:
        text = text.replace("${__dirname}", str(folder))
        for name, value in values.items():
            text = text.replace(
                f"${{user_config.{name}}}", value if isinstance(value, str) else json.dumps(value)
            )
        return text

    environ = {**outside(), **{name: filled(value) for name, value in config["env"].items()}, **more}
    command = shutil.which(str(config["command"]), path=str(PROGRAMS))
    assert command
    return StdioServerParameters(
        command=command, args=[filled(argument) for argument in config["args"]], env=environ
    )


def validated(manifest: dict[str, Any], folder: Path) -> int:
    """The exit status of the official tool."""
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return run([*program("mcpb"), "validate", str(folder / "manifest.json")], cwd=folder).returncode


def test_the_official_tool_takes_the_manifest_and_would_refuse_a_wrong_one(tmp_path: Path) -> None:
    require_node()
    assert validated(MANIFEST, tmp_path) == 0
    assert validated({**MANIFEST, "server": {**MANIFEST["server"], "type": "snake"}}, tmp_path) != 0


def test_the_token_is_kept_as_a_secret_and_goes_nowhere_but_to_its_own_variable() -> None:
    fields, config = MANIFEST["user_config"], MANIFEST["server"]["mcp_config"]
    assert [name for name, field in fields.items() if field.get("sensitive")] == ["access_token"]
    users = [name for name, value in config["env"].items() if "user_config.access_token" in value]
    assert users == ["HOSTEX_ACCESS_TOKEN"]
    assert "user_config" not in " ".join([config["command"], *config["args"]])


def test_it_holds_the_package_and_nothing_else(unpacked: Path) -> None:
    source = {path.relative_to(ROOT) for path in (ROOT / "hostex_mcp").rglob("*") if path.is_file()}
    package = {path for path in source if "__pycache__" not in path.parts}
    about = {Path(name) for name in ("manifest.json", "pyproject.toml", "README.md", "LICENSE")}
    held = {path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file()}
    assert held == package | about
    assert json.loads((unpacked / "manifest.json").read_text())["version"] == __version__


def test_it_asks_for_the_versions_that_were_tested_and_for_no_tools_of_developers(unpacked: Path) -> None:
    project = tomllib.loads((unpacked / "pyproject.toml").read_text())
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line.removesuffix(" \\") for line in lines if "==" in line]
    assert pins
    assert project["tool"]["uv"]["constraint-dependencies"] == pins
    assert "dependency-groups" not in project
    assert project["project"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@installs_packages
async def test_with_a_token_it_serves_the_account_and_only_looks_if_told_so(installed: Path) -> None:
    chosen = {"access_token": WRITABLE, "read_only": True}
    with running(Sandbox()) as url:
        async with Client(started(installed, chosen, HOSTEX_API_BASE_URL=url)) as client:
            tools = (await client.list_tools()).tools
            result: Any = await client.call_tool("list_properties", {"limit": 1})
    assert [row["title"] for row in result.structured_content["items"]] == ["Harbour Loft"]
    assert tools
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)


@installs_packages
@pytest.mark.parametrize(("demo", "kind"), [(False, "not_configured"), (True, None)])
async def test_without_a_token_it_starts_and_serves_the_demo_account_if_told_so(
    demo: bool, kind: str | None, installed: Path
) -> None:
    async with Client(started(installed, {"demo": demo})) as client:
        result: Any = await client.call_tool("list_properties", {"limit": 1})
    assert result.structured_content.get("error", {}).get("kind") == kind
