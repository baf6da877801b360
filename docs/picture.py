"""The picture of the README: two scenes of `hostex-mcp demo`, recorded from a run of its own client against
the server and the demo account, on a fixed day so that every run gives the same picture."""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import anyio
import httpx2
from mcp import Client
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hostex_mcp.api import HostexClient  # noqa: E402
from hostex_mcp.cli.demo import Demo  # noqa: E402
from hostex_mcp.cli.session import selection_of  # noqa: E402
from hostex_mcp.sandbox import WRITABLE, Sandbox  # noqa: E402
from hostex_mcp.server.app import create_server  # noqa: E402
from hostex_mcp.server.assembly import assemble, reach_of  # noqa: E402
from hostex_mcp.settings import load  # noqa: E402

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
COLUMNS = 84

_THEME = TerminalTheme(
    background=(22, 27, 34),
    foreground=(230, 237, 243),
    normal=[
        (72, 79, 88),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (230, 237, 243),
    ],
)

_TEMPLATE = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img"
  aria-label="A terminal: which guests wait for an answer; a price change is previewed and confirmed">
<style>
.{unique_id}-matrix {{
  font: {char_height}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono",
    "Liberation Mono", monospace;
}}
.{unique_id}-title {{ font: 17px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; opacity: 0.7; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


async def _record(out: Console) -> None:
    settings = load({}, sandbox=True)
    reach = reach_of(settings, "sandbox")
    transport = httpx2.ASGITransport(app=Sandbox(now=lambda: NOW).app)
    demo = Demo(out, NOW.date())
    async with HostexClient(WRITABLE, base_url="https://sandbox.invalid/v3", transport=transport) as hostex:
        engine = assemble(settings, selection_of(settings), hostex, reach, own_machine=True, now=lambda: NOW)
        async with Client(create_server(lambda _: engine), elicitation_callback=demo.person) as client:
            out.print(Text("$ hostex-mcp demo"))
            await demo.meet(client, lambda: None)
            await demo.waiting(client)
            await demo.price(client)


def recorded() -> Console:
    """A console that has recorded the scenes."""
    out = Console(
        record=True,
        file=io.StringIO(),
        width=COLUMNS,
        force_terminal=True,
        color_system="truecolor",
        emoji=False,
    )
    anyio.run(_record, out)
    return out


def picture() -> str:
    """The SVG, which needs nothing from anywhere else."""
    made = recorded().export_svg(
        title="hostex-mcp", theme=_THEME, code_format=_TEMPLATE, unique_id="demo", font_aspect_ratio=0.6
    )
    return "\n".join(line.rstrip() for line in made.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "images" / "demo.svg").write_text(picture(), encoding="utf-8")
