"""`hostex-mcp config`: the entry that leads a client to this server, printed or put into the client's
file."""

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click

from hostex_mcp.cli.client_files import Text, install, merged, standalone, with_token
from hostex_mcp.cli.clients import APPS, TOKEN, App, Entry, Machine, launch
from hostex_mcp.cli.jsonc import NotJson
from hostex_mcp.cli.session import OneLine, load_settings, selection_of, serving_options, usual_log_level
from hostex_mcp.placeholders import placeholder_of
from hostex_mcp.settings import SETTINGS, Setting, Settings

_SHOWN_TOKEN = "<your Hostex access token>"  # noqa: S105
_READ_ONLY, _TOOLSETS = "HOSTEX_MCP_READ_ONLY", "HOSTEX_MCP_TOOLSETS"
_SERVER_ONLY = "over HTTP:"


@dataclass(frozen=True, slots=True)
class EntrySettings:
    """The settings of a new entry, by the names of their variables: `values` are passed on as they are;
    `unused` are those that only the HTTP server uses, not one that a client starts."""

    values: Mapping[str, str]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """The new entry of a client, whether it starts the server itself, and notes on the settings that it
    passes on."""

    app: App
    entry: Entry
    local: bool
    notes: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The client's own file."""
        return Path(self.app.file(Machine.here()))


@click.command("config")
@click.argument("client", type=click.Choice(list(APPS)), metavar="CLIENT")
@click.option("--http", "url", metavar="URL", help="Connect to a server over HTTP, such as https://…/mcp.")
@click.option(
    "--write", is_flag=True, help="Put it into the client's own file, keeping a copy of the old one."
)
@click.option("--dry-run", is_flag=True, help="Show what --write would change, and change nothing.")
@click.option(
    "--with-token", is_flag=True, help="Where only the file can hold the token, write it without asking."
)
@serving_options
def command(
    client: str, url: str | None, write: bool, dry_run: bool, with_token: bool, **options: Any
) -> None:
    """Print the entry a client needs, or merge it into the client's file. Only the entry `hostex` is touched.
    It passes on every HOSTEX_ setting of the environment and the options given here.

    CLIENT is one of claude-desktop, claude-code, cursor, vscode, codex, windsurf, gemini-cli, zed."""
    planned = _planned(APPS[client], url, options)
    if dry_run:
        text, body = _merged_file(planned)
        _show_difference(planned.path, text.body, body)
        _say(planned.notes)
    elif write:
        _write(planned, with_token)
    else:
        click.echo(standalone(planned.app, planned.entry, local=planned.local), nl=False)
        _explain(planned, f"This goes into {planned.path}.", token=planned.local)
        _offer_link(planned)


def _planned(app: App, url: str | None, options: dict[str, Any]) -> PlannedEntry:
    """Return the entry with all that is set here; a setting that the server could not use ends the
    command."""
    settings = load_settings(log_level=usual_log_level("error"), **options)
    selection_of(settings)
    entry_settings = _settings_here(os.environ, settings, options)
    if url is None:
        values, unused = entry_settings.values, ", ".join(entry_settings.unused)
        notes = [_passed_on(values)] if values else []
        if unused:
            notes.append(f"Only `hostex-mcp http` uses these, so they are left out: {unused}.")
        return PlannedEntry(app, app.local(launch(), values), True, tuple(notes))
    address, lost = _narrowed(_address(url), settings, entry_settings)
    note = f"An address cannot pass these on, so they do not apply there: {', '.join(lost)}."
    return PlannedEntry(app, app.remote(address), False, (note,) if lost else ())


def _passed_on(values: Mapping[str, str]) -> str:
    return f"It passes on: {', '.join(f'{name}={value}' for name, value in values.items())}."


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise OneLine(f"--http {url}: not a web address; it looks like https://mcp.example.com/mcp")
    return url if parts.path not in ("", "/") else f"{parts.scheme}://{parts.netloc}/mcp"


def _merged_file(planned: PlannedEntry) -> tuple[Text, str]:
    try:
        text = Text.read(planned.path)
        return text, merged(planned.app, text.body, planned.entry, local=planned.local)
    except (NotJson, OSError, UnicodeDecodeError) as error:
        raise OneLine(
            f"{planned.path}: {error}; nothing was changed. Fix the file, or add the entry by hand."
        ) from None


def _write(planned: PlannedEntry, agreed: bool) -> None:
    text, body = _merged_file(planned)
    with_secret = _with_token(planned, text, body)
    holds = with_secret != body and (agreed or _may_write_token(planned.path))
    body = with_secret if holds else body
    if body == text.body:
        click.echo(f"{planned.path} already has it; nothing was changed.", err=True)
        return
    try:
        backup = install(planned.path, text, body)
    except OSError as error:
        raise OneLine(f"{planned.path}: {error.strerror}; nothing was changed") from None
    click.echo(
        f"Wrote {planned.path}." + (f" The old one is kept as {backup.name}." if backup else ""), err=True
    )
    if holds:
        click.echo(f"The token from {TOKEN} is now in that file.", err=True)
    _explain(planned, None, token=planned.local and not holds)


def _with_token(planned: PlannedEntry, text: Text, body: str) -> str:
    """Return the file with the token of the environment in it, where the client knows no other way and the
    file has none yet."""
    token = os.environ.get(TOKEN, "").strip()
    if not (planned.local and planned.app.holds_token and token) or placeholder_of(token):
        return body
    return merged(planned.app, text.body, with_token(planned.entry, token), local=True)


def _may_write_token(path: Path) -> bool:
    """Whether the person agrees that the token is written into a file; no answer is no."""
    try:
        return click.confirm(f"Write the token from {TOKEN} into {path}?", err=True)
    except click.Abort:
        click.echo("\nThe token was not written; --with-token writes it without asking.", err=True)
        return False


def _explain(planned: PlannedEntry, first: str | None, *, token: bool) -> None:
    _say(filter(None, [first, *planned.notes, planned.app.token if token else None, planned.app.then]))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _offer_link(planned: PlannedEntry) -> None:
    app = planned.app
    if app.link:
        link = app.link(planned.entry, app.inputs if planned.local else None)
        click.echo(f"Or open this link, which has {app.title} add it:\n{link}", err=True)


def _show_difference(path: Path, before: str, after: str) -> None:
    if before == after:
        click.echo(f"{path} already has it; nothing would change.", err=True)
        return
    token = os.environ.get(TOKEN, "").strip()
    old, new = (_hidden(text, token).splitlines(keepends=True) for text in (before, after))
    click.echo("".join(difflib.unified_diff(old, new, str(path), str(path))), nl=False)


def _hidden(text: str, token: str) -> str:
    return text.replace(token, _SHOWN_TOKEN) if token else text


def _settings_here(
    environ: Mapping[str, str], settings: Settings, options: Mapping[str, Any]
) -> EntrySettings:
    """Return what the environment sets and the options of the command, which win; secrets are left out."""
    texts = {setting: text for setting in SETTINGS if (text := _text(setting, environ, options))}
    plain = {setting: text for setting, text in texts.items() if not setting.secret}
    values = {_variable(setting): text for setting, text in plain.items() if not _is_of_server(setting)}
    if settings.audit_log:
        # The client starts the server in a folder of its own, where a relative path would lead elsewhere.
        values["HOSTEX_MCP_AUDIT_LOG"] = str(Path(settings.audit_log).absolute())
    return EntrySettings(values, tuple(_variable(setting) for setting in texts if _is_of_server(setting)))


def _narrowed(address: str, settings: Settings, entry_settings: EntrySettings) -> tuple[str, list[str]]:
    """Return an address over HTTP that asks for the limits an address can hold, and the variables of those it
    cannot. An address with parameters of its own stays as it is."""
    if "?" in address:
        return address, list(entry_settings.values)
    limits = {"read_only": "1"} if settings.read_only else {}
    if _TOOLSETS in entry_settings.values:
        limits["toolsets"] = ",".join(settings.toolsets)
    parameters = "&".join(f"{name}={quote(value, safe=',')}" for name, value in limits.items())
    lost = [name for name in entry_settings.values if name not in (_READ_ONLY, _TOOLSETS)]
    return f"{address}?{parameters}" if parameters else address, lost


def _text(setting: Setting, environ: Mapping[str, str], options: Mapping[str, Any]) -> str:
    option = options.get(setting.name)
    if option is None:
        return environ.get(_variable(setting), "").strip()
    return str(int(option)) if isinstance(option, bool) else str(option)


def _variable(setting: Setting) -> str:
    return setting.variable


def _is_of_server(setting: Setting) -> bool:
    return setting.meaning.startswith(_SERVER_ONLY)
