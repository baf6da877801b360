"""Inside the tools layer: what reads for several tools stands below all of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hostex_mcp.tools
from hostex_mcp.tools.catalogue import CATALOGUE

GATHERING = sorted(Path(hostex_mcp.tools.__path__[0]).glob("gather*.py"))
DECLARING = {tool.function.__module__ for tool in CATALOGUE.values()}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


@pytest.mark.parametrize("path", GATHERING, ids=[path.stem for path in GATHERING])
def test_a_module_that_gathers_imports_none_that_declares_a_tool(path: Path) -> None:
    assert not DECLARING & set(imported(path))
