"""`hostex-mcp config`: what a client needs to find this server, printed or put into its own file."""

import difflib
import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from hostex_mcp.cli.client_files import Text, install, merged, standalone, with_token
from hostex_mcp.cli.clients import APPS, TOKEN, App, Entry, Place, launch
from hostex_mcp.cli.jsonc import NotJson
from hostex_mcp.cli.session import OneLine

_SHOWN_TOKEN = "<your Hostex access token>"  # noqa: S105


@click.command("config")
@click.argument("client", type=click.Choice(list(APPS)))
@click.option("--http", "url", metavar="URL", help="Connect to a server over HTTP, such as https://…/mcp.")
@click.option("--write", is_flag=True, help="Put it into the client's own file, keeping a copy of what was.")
@click.option("--dry-run", is_flag=True, help="Show what --write would change, and change nothing.")
def command(client: str, url: str | None, write: bool, dry_run: bool) -> None:
    """Print the entry a client needs, or merge it into the client's file. Only the entry `hostex` is touched.

    CLIENT is one of claude-desktop, claude-code, cursor, vscode, codex, windsurf."""
    app = APPS[client]
    entry = app.remote(_address(url)) if url else app.local(launch())
    path = Path(app.file(Place.here()))
    if not (write or dry_run):
        click.echo(standalone(app, entry, local=url is None), nl=False)
        _explain(app, f"This belongs into {path}.", local=url is None)
        _offer_link(app, entry, local=url is None)
        return
    text, body = _worked_out(app, path, entry, local=url is None)
    if dry_run:
        _show_difference(path, text.body, body)
    else:
        _write(app, path, text, body, entry, local=url is None)


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise OneLine(f"--http {url}: not a web address; it looks like https://mcp.example.com/mcp")
    return url if parts.path not in ("", "/") else f"{parts.scheme}://{parts.netloc}/mcp"


def _worked_out(app: App, path: Path, entry: Entry, *, local: bool) -> tuple[Text, str]:
    try:
        text = Text.read(path)
        return text, merged(app, text.body, entry, local=local)
    except (NotJson, OSError, UnicodeDecodeError) as error:
        raise OneLine(
            f"{path}: {error}; nothing was changed. Mend the file, or add the entry by hand."
        ) from None


def _write(app: App, path: Path, text: Text, body: str, entry: Entry, *, local: bool) -> None:
    token = os.environ.get(TOKEN, "").strip()
    held = local and app.name == "claude-desktop" and bool(token)
    if held:
        body = merged(app, text.body, with_token(entry, token), local=True)
    if body == text.body:
        click.echo(f"{path} has it already; nothing was changed.", err=True)
        return
    try:
        kept = install(path, text, body)
    except OSError as error:
        raise OneLine(f"{path}: {error.strerror}; nothing was changed") from None
    click.echo(f"Wrote {path}." + (f" What it was is in {kept.name}." if kept else ""), err=True)
    if held:
        click.echo(f"The token from {TOKEN} is now in that file.", err=True)
    _explain(app, None, local=local and not held)


def _explain(app: App, first: str | None, *, local: bool) -> None:
    lines = [first, app.token if local else None, app.then]
    for line in filter(None, lines):
        click.echo(line, err=True)


def _offer_link(app: App, entry: Entry, *, local: bool) -> None:
    if app.link:
        link = app.link(entry, app.inputs if local else None)
        click.echo(f"Or open this link, which has {app.title} add it:\n{link}", err=True)


def _show_difference(path: Path, before: str, after: str) -> None:
    if before == after:
        click.echo(f"{path} has it already; nothing would change.", err=True)
        return
    token = os.environ.get(TOKEN, "").strip()
    old, new = (_hidden(text, token).splitlines(keepends=True) for text in (before, after))
    click.echo("".join(difflib.unified_diff(old, new, str(path), str(path))), nl=False)


def _hidden(text: str, token: str) -> str:
    return text.replace(token, _SHOWN_TOKEN) if token else text
