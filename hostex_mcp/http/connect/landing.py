"""`/`: the page for people who open the server's address in a browser: what it is, and how to add it."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hostex_mcp.http.config import Address
from hostex_mcp.http.notice import ServerNotice
from hostex_mcp.install_links import NAME, cursor_link, vscode_link
from hostex_mcp.pages.render import page


@dataclass(frozen=True, slots=True)
class SetupGuide:
    """How the server is added to one client: by a link, a command, or steps in its settings."""

    client: str
    link: str = ""
    button: str = ""
    command: str = ""
    steps: Sequence[str] = ()


def landing_route(address: Address, notice: ServerNotice, *, accounts: bool, previews: bool) -> Route:
    """Return the route of the page. Without `accounts` there is nothing to sign in to, without `previews`
    changes are not shown first; it promises neither."""

    async def show(_: Request) -> Response:
        url = address.resource
        return page(
            "landing.html", notice=notice, url=url, guides=guides(url), accounts=accounts, previews=previews
        )

    return Route("/", show, methods=["GET"])


def guides(url: str) -> list[SetupGuide]:
    """Return every client with what it needs, the most used first."""
    return [
        SetupGuide(
            "Claude",
            link="https://claude.ai/settings/connectors",
            button="Open Claude settings",
            steps=(
                "Open Settings, Connectors, on the web or in the app.",
                "Choose “Add custom connector”.",
                "Paste the address and choose “Connect”.",
            ),
        ),
        SetupGuide(
            "ChatGPT",
            link="https://chatgpt.com/#settings/Connectors",
            button="Open ChatGPT settings",
            steps=(
                "Open Settings, Connectors, and switch on developer mode under Advanced.",
                "Choose “Create”, give it a name and paste the address.",
            ),
        ),
        SetupGuide("Cursor", link=cursor_link({"url": url}), button="Add to Cursor"),
        SetupGuide("VS Code", link=vscode_link({"type": "http", "url": url}), button="Add to VS Code"),
        SetupGuide("Claude Code", command=f"claude mcp add --transport http {NAME} {url}"),
        SetupGuide("Codex", command=f"codex mcp add {NAME} --url {url}"),
        SetupGuide(
            "Windsurf and others",
            steps=(
                "Open the MCP settings of the app and add a server of the kind “Streamable HTTP”.",
                "Paste the address.",
            ),
        ),
    ]
