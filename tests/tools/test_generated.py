"""What is generated from the declarations is committed and current: `python docs/generate.py` renews it."""

import importlib.util
from typing import Any

from tests.support.root import ROOT


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_from_which_tools_are_listed_is_current() -> None:
    file = ROOT / "hostex_mcp" / "tools" / "catalogue.json"
    assert file.read_text(encoding="utf-8") == generator().catalogue()


def test_the_reference_of_tools_is_current() -> None:
    assert (ROOT / "docs" / "tools.md").read_text(encoding="utf-8") == generator().reference()


def test_the_digests_of_tools_are_current() -> None:
    assert (ROOT / "docs" / "tools.sha256").read_text(encoding="utf-8") == generator().fingerprints()


def test_the_snapshot_of_every_tool_is_current() -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in generator().SNAPSHOTS.glob("*.json")}
    assert committed == generator().snapshots()


def test_the_numbers_of_the_readme_are_current() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8") == generator().readme()


def test_the_numbers_of_the_architecture_page_are_current() -> None:
    assert (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8") == generator().architecture()


def test_the_client_files_are_current() -> None:
    made = generator().manifests()
    committed = {name: (ROOT / "manifests" / name).read_text(encoding="utf-8") for name in made}
    assert committed == made


def test_the_plugin_is_current_and_has_nothing_else() -> None:
    folder = ROOT / "manifests" / "plugins"
    committed = {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert committed == generator().plugin()
