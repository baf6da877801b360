"""Writes what is generated: docs/tools.md, docs/configuration.md, docs/errors.md, docs/people.md,
docs/activity.md, docs/tools.sha256, hostex_mcp/tools/catalogue.json, the snapshots of all tool schemas, the
client files and the plugin in manifests/, the picture of the README, and the numbers of the README and of
docs/architecture.md.
Run `python docs/generate.py` after a change; the tests fail while something is stale."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
if __name__ == "__main__":
    # What is written below is told of the tools as they are declared, not as they were.
    (ROOT / "hostex_mcp" / "tools" / "catalogue.json").unlink(missing_ok=True)
sys.path.insert(0, str(ROOT))

from benchmarks import tokens  # noqa: E402
from docs.pages.activity import activity  # noqa: E402
from docs.pages.configuration import configuration  # noqa: E402
from docs.pages.errors import errors  # noqa: E402
from docs.pages.people import people  # noqa: E402
from docs.pages.plugin import plugin  # noqa: E402
from docs.picture import picture  # noqa: E402
from hostex_mcp.cli.client_files import standalone  # noqa: E402
from hostex_mcp.cli.clients import APPS, Launch  # noqa: E402
from hostex_mcp.cli.tools import approximate_tokens, roughly  # noqa: E402
from hostex_mcp.server.app import wire_form  # noqa: E402
from hostex_mcp.toolkit.filed import filed  # noqa: E402
from hostex_mcp.toolkit.tool import Tool  # noqa: E402
from hostex_mcp.tools.catalogue import APP_TOOLS, CATALOGUE, FILE, TOOLSETS, declared  # noqa: E402
from hostex_mcp.tools.selection import select  # noqa: E402

SNAPSHOTS = ROOT / "tests" / "tools" / "snapshots"
INTRODUCTION = """# Tools

Generated from the declarations by `python docs/generate.py`; do not edit.

A model sees the `core` set by default (marked ●) and reaches every other tool through `find_tools`,
`call_read_tool` and `call_write_tool`; `--toolsets` lists others directly. Effects: `read` looks,
`internal` changes something only the team sees, `consequential` (money, calendar, public, seen by guests
or staff, or irreversible) is previewed and confirmed first; so is an `internal` change for which there is
no way back. Official is the name in Hostex's own MCP server, where
it has the tool. Tokens are approximate: what a model carries for the definition. Arguments with a * are
required; `hostex-mcp tools --json --toolsets all` has their types, bounds and hints, and what a tool answers.
"""


HEADER = "| Tool | Core | Effect | Official | Tokens | What it does | Arguments |"

FOR_VIEWS = """## For views only

Apps that show views call these for a person, and keep them from their models. No other client is told of
them or can call them, and no number on this page counts them.

| Tool | What it does | Arguments |
|---|---|---|"""


def reference() -> str:
    """The text of docs/tools.md."""
    lines = [INTRODUCTION]
    for toolset in ("core", *TOOLSETS):
        tools = [tool for tool in CATALOGUE.values() if tool.toolset == toolset]
        if not tools:
            continue
        lines += [f"## {toolset}", ""]
        lines += [HEADER, "|---|---|---|---|---:|---|---|"]
        lines += [_row(tool) for tool in tools]
        lines.append("")
    lines += [FOR_VIEWS, *(_row_for_views(tool) for tool in APP_TOOLS.values()), ""]
    total = sum(approximate_tokens(wire_form(tool)) for tool in CATALOGUE.values())
    lines.append(f"{len(CATALOGUE)} tools, {roughly(total)} tokens with `--toolsets all`.")
    return "\n".join(lines) + "\n"


def snapshots() -> Mapping[str, str]:
    """File name to text of every tool's snapshot."""
    return {
        f"{name}.json": json.dumps(wire_form(tool), indent=1, ensure_ascii=False) + "\n"
        for name, tool in CATALOGUE.items()
    }


def catalogue() -> str:
    """The text of the file from which a server lists its tools, a line for each."""
    lines = [json.dumps(filed(tool), ensure_ascii=False) for tool in declared()]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def manifests() -> Mapping[str, str]:
    """File name to text of every client's file in manifests/: what `hostex-mcp config` prints, for a program
    on the search path."""
    how = Launch("hostex-mcp")
    files = {f"{app.name}.{app.form}": app for app in APPS.values()}
    return {name: standalone(app, app.local(how, {}), local=True) for name, app in files.items()}


def fingerprints() -> str:
    """The text of docs/tools.sha256: for each tool the digest of its definition as `tools/list` gives it, as
    JSON with sorted keys and no spaces; then the digest of the lines above, which stands for all."""
    lines = [f"{_digest(_canonical(wire_form(tool)))}  {name}\n" for name, tool in sorted(CATALOGUE.items())]
    return "".join([*lines, f"{_digest(''.join(lines))}  all\n"])


def readme() -> str:
    """Return the README with the numbers that the catalogue and the description of the API give."""
    description = json.loads((ROOT / "tests" / "contract" / "hostex_api.json").read_text(encoding="utf-8"))
    every = len(description["operations"])
    served = sum("/oauth/" not in operation["path"] for operation in description["operations"])
    combined = sum(tool.toolset == "insights" for tool in CATALOGUE.values())
    listed = len(select().listed)
    _, raw, _, text = _measured("20 reservations")
    return _with_numbers(
        ROOT / "README.md",
        {
            r"All (\d+) operations of the Hostex API": served,
            r"\| Operations of the API \((\d+)\) \|": every,
            r"\| Operations of the API \(\d+\) \| (\d+) as tools \|": served,
            r"Another (\d+) tools answer in one call": combined,
            r"\| Combined answers \| (\d+) \|": combined,
            r"A model sees (\d+) tools by default": listed,
            r"\| Tools a model carries \| (\d+) by default \|": listed,
            r"about ([\d,]+) as text\[\^tokens\]": text,
            r"the raw API answer is about ([\d,]+)\[\^tokens\]": raw,
        },
    )


def _measured(question: str) -> list[int]:
    """Return the tokens of an answer as the benchmark counts them, to three digits."""
    (row,) = (row for row in asyncio.run(tokens.answers()).rows if row[0] == question)
    counts = [int(cell.replace(",", "")) for cell in row[1:5]]
    return [round(count, 3 - len(str(count))) for count in counts]


def architecture() -> str:
    """Return the page on the architecture with the numbers that the catalogue gives."""
    numbers = {
        r"\*\*(\d+) tools, \d+ listed\.\*\*": len(CATALOGUE),
        r"\*\*\d+ tools, (\d+) listed\.\*\*": len(select().listed),
    }
    return _with_numbers(ROOT / "docs" / "architecture.md", numbers)


def _with_numbers(file: Path, numbers: Mapping[str, int]) -> str:
    text = file.read_text(encoding="utf-8")
    for pattern, number in numbers.items():
        (place,) = re.finditer(pattern, text)
        start, end = place.span(1)
        text = f"{text[:start]}{number:,}{text[end:]}"
    return text


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _row(tool: Tool) -> str:
    core = "●" if tool.core else ""
    official = f"`{tool.hostex_name}`" if tool.hostex_name else ""
    cells = [
        f"`{tool.name}`",
        core,
        tool.effect.value,
        official,
        str(approximate_tokens(wire_form(tool))),
        tool.description,
        _arguments(tool.input_schema),
    ]
    return f"| {' | '.join(cells)} |"


def _row_for_views(tool: Tool) -> str:
    return f"| `{tool.name}` | {tool.description} | {_arguments(tool.input_schema)} |"


def _arguments(schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    return ", ".join(f"`{name}`{'*' if name in required else ''}" for name in schema["properties"])


def main() -> None:
    """Write everything, and remove snapshots of tools that are gone."""
    FILE.write_text(catalogue(), encoding="utf-8")
    (ROOT / "docs" / "tools.md").write_text(reference(), encoding="utf-8")
    (ROOT / "docs" / "tools.sha256").write_text(fingerprints(), encoding="utf-8")
    SNAPSHOTS.mkdir(exist_ok=True)
    for stale in SNAPSHOTS.glob("*.json"):
        stale.unlink()
    for name, text in snapshots().items():
        (SNAPSHOTS / name).write_text(text, encoding="utf-8")
    for name, text in manifests().items():
        (ROOT / "manifests" / name).write_text(text, encoding="utf-8")
    for name, text in plugin().items():
        file = ROOT / "manifests" / "plugins" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (ROOT / "docs" / "configuration.md").write_text(configuration(), encoding="utf-8")
    (ROOT / "docs" / "errors.md").write_text(errors(), encoding="utf-8")
    (ROOT / "docs" / "people.md").write_text(people(), encoding="utf-8")
    (ROOT / "docs" / "activity.md").write_text(activity(), encoding="utf-8")
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
    (ROOT / "docs" / "architecture.md").write_text(architecture(), encoding="utf-8")
    (ROOT / "docs" / "images" / "demo.svg").write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
