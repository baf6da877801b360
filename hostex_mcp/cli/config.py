"""`hostex-mcp config`: what a client needs to find this server, printed or put into its own file."""

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from hostex_mcp.cli.carried import carried, narrowed
from hostex_mcp.cli.client_files import Text, install, merged, standalone, with_token
from hostex_mcp.cli.clients import APPS, TOKEN, App, Entry, Machine, launch
from hostex_mcp.cli.jsonc import NotJson
from hostex_mcp.cli.session import OneLine, load_settings, selection_of, serving_options, usual_log_level
from hostex_mcp.placeholders import placeholder_of

_SHOWN_TOKEN = "<your Hostex access token>"  # noqa: S105


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """The entry that a client is to have, whether it starts the server itself, and what there is to say about
    the settings that it passes on."""

    app: App
    entry: Entry
    local: bool
    said: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The client's own file."""
        return Path(self.app.file(Machine.here()))


@click.command("config")
@click.argument("client", type=click.Choice(list(APPS)), metavar="CLIENT")
@click.option("--http", "url", metavar="URL", help="Connect to a server over HTTP, such as https://…/mcp.")
@click.option("--write", is_flag=True, help="Put it into the client's own file, keeping a copy of what was.")
@click.option("--dry-run", is_flag=True, help="Show what --write would change, and change nothing.")
@click.option("--with-token", is_flag=True, help="Where only the file can hold the token, write it unasked.")
@serving_options
def command(
    client: str, url: str | None, write: bool, dry_run: bool, with_token: bool, **options: Any
) -> None:
    """Print the entry a client needs, or merge it into the client's file. Only the entry `hostex` is touched.
    It passes on every HOSTEX_ setting of the environment and the options given here.

    CLIENT is one of claude-desktop, claude-code, cursor, vscode, codex, windsurf, gemini-cli, zed."""
    wanted = _wanted(APPS[client], url, options)
    if dry_run:
        text, body = _worked_out(wanted)
        _show_difference(wanted.path, text.body, body)
        _say(wanted.said)
    elif write:
        _write(wanted, with_token)
    else:
        click.echo(standalone(wanted.app, wanted.entry, local=wanted.local), nl=False)
        _explain(wanted, f"This goes into {wanted.path}.", token=wanted.local)
        _offer_link(wanted)


def _wanted(app: App, url: str | None, options: dict[str, Any]) -> PlannedEntry:
    """The entry with all that is set here; a setting that the server could not use ends the command."""
    settings = load_settings(log_level=usual_log_level("error"), **options)
    selection_of(settings)
    found = carried(os.environ, settings, options)
    if url is None:
        said = [_passed_on(found.values)] if found.values else []
        unused = [f"Only `hostex-mcp http` uses these, so they are left out: {', '.join(found.left)}."]
        return PlannedEntry(
            app, app.local(launch(), found.values), True, (*said, *(unused if found.left else ()))
        )
    address, left = narrowed(_address(url), settings, found)
    lost = f"An address cannot pass these on, so they do not hold there: {', '.join(left)}."
    return PlannedEntry(app, app.remote(address), False, (lost,) if left else ())


def _passed_on(values: Mapping[str, str]) -> str:
    return f"It passes on: {', '.join(f'{name}={value}' for name, value in values.items())}."


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise OneLine(f"--http {url}: not a web address; it looks like https://mcp.example.com/mcp")
    return url if parts.path not in ("", "/") else f"{parts.scheme}://{parts.netloc}/mcp"


def _worked_out(wanted: PlannedEntry) -> tuple[Text, str]:
    try:
        text = Text.read(wanted.path)
        return text, merged(wanted.app, text.body, wanted.entry, local=wanted.local)
    except (NotJson, OSError, UnicodeDecodeError) as error:
        raise OneLine(
            f"{wanted.path}: {error}; nothing was changed. Fix the file, or add the entry by hand."
        ) from None


def _write(wanted: PlannedEntry, agreed: bool) -> None:
    text, body = _worked_out(wanted)
    with_secret = _with_token(wanted, text, body)
    holds = with_secret != body and (agreed or _may_write_token(wanted.path))
    body = with_secret if holds else body
    if body == text.body:
        click.echo(f"{wanted.path} has it already; nothing was changed.", err=True)
        return
    try:
        kept = install(wanted.path, text, body)
    except OSError as error:
        raise OneLine(f"{wanted.path}: {error.strerror}; nothing was changed") from None
    click.echo(f"Wrote {wanted.path}." + (f" What it was is in {kept.name}." if kept else ""), err=True)
    if holds:
        click.echo(f"The token from {TOKEN} is now in that file.", err=True)
    _explain(wanted, None, token=wanted.local and not holds)


def _with_token(wanted: PlannedEntry, text: Text, body: str) -> str:
    """The file with the token of the environment in it, where the client knows no other way and the file has
    none yet."""
    token = os.environ.get(TOKEN, "").strip()
    if not (wanted.local and wanted.app.holds_token and token) or placeholder_of(token):
        return body
    return merged(wanted.app, text.body, with_token(wanted.entry, token), local=True)


def _may_write_token(path: Path) -> bool:
    """Whether the person says that the token may stand in a file; no answer is no."""
    try:
        return click.confirm(f"Write the token from {TOKEN} into {path}?", err=True)
    except click.Abort:
        click.echo("\nThe token was not written; --with-token writes it without asking.", err=True)
        return False


def _explain(wanted: PlannedEntry, first: str | None, *, token: bool) -> None:
    _say(filter(None, [first, *wanted.said, wanted.app.token if token else None, wanted.app.then]))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _offer_link(wanted: PlannedEntry) -> None:
    app = wanted.app
    if app.link:
        link = app.link(wanted.entry, app.inputs if wanted.local else None)
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
