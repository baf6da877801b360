"""Names in the package: a class name has one meaning, and a loop says what it goes through."""

import ast
from collections import defaultdict

from tests.support.root import ROOT

MODULES = {path: ast.parse(path.read_text("utf-8")) for path in (ROOT / "hostex_mcp").rglob("*.py")}


def test_no_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_loop_variable_is_called_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.target.lineno}"
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension)
        and any(isinstance(name, ast.Name) and name.id == "one" for name in ast.walk(node.target))
    ]
    assert found == []
