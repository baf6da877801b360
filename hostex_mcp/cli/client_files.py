"""Client files with our entry in them: made as text, and written without loss."""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError

from hostex_mcp.cli import jsonc
from hostex_mcp.cli.clients import NAME, TOKEN, App, Entry

_BOM = "\ufeff"
_OF_A_TRANSPORT = frozenset({"command", "args", "env", "env_vars", "required", "startup_timeout_sec", "url"})
"""Members of an entry in TOML that apply only to a server that is started, or only to one over HTTP."""
_WAITS = ("required", "startup_timeout_sec")
"""Members that keep the value that the person gave them."""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file with plain line ends, and what restores its bytes."""

    body: str = ""
    bom: bool = False
    crlf: bool = False

    @classmethod
    def read(cls, path: Path) -> "Text":
        """Read a file; the text is empty where there is none.

        Raises:
            NotJson: when something other than a file is there.
            OSError: when it cannot be read.
            UnicodeDecodeError: when it is not UTF-8.
        """
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise jsonc.NotJson("is not a file")
        except FileNotFoundError:
            return cls()
        raw = path.read_bytes().decode("utf-8")
        crlf = "\r\n" in raw and raw.count("\r\n") == raw.count("\n")
        body = raw.removeprefix(_BOM)
        return cls(body.replace("\r\n", "\n") if crlf else body, raw.startswith(_BOM), crlf)

    def encode(self, body: str) -> bytes:
        """Encode another text in this one's form."""
        lines = body.replace("\n", "\r\n") if self.crlf else body
        return ((_BOM if self.bom else "") + lines).encode()


def standalone(app: App, entry: Entry, *, local: bool) -> str:
    """Return a file of the client that holds our entry and nothing else."""
    if app.form == "toml":
        return tomlkit.dumps({app.section: {NAME: entry}})
    file: Entry = {app.section: {NAME: entry}}
    if app.inputs and local:
        file = {"inputs": [app.inputs], **file}
    return json.dumps(file, indent=2, ensure_ascii=False) + "\n"


def merged(app: App, text: str, entry: Entry, *, local: bool) -> str:
    """Return a client's file with our entry set and nothing else changed. Of an entry that was there before,
    what the person added stays, such as a token or toolsets.

    Raises:
        NotJson: when the file is not in the client's form.
    """
    if app.form == "toml":
        return _merged_toml(app, text, entry)
    entry = _with_own(entry, jsonc.member(jsonc.load(text), app.section, NAME))
    text = jsonc.put(text, [app.section, NAME], entry)
    if app.inputs and local:
        inputs: object = jsonc.member(jsonc.load(text), "inputs") or []
        if not isinstance(inputs, list):
            raise jsonc.NotJson("has something other than a list under inputs")
        present = cast("list[object]", inputs)
        if not any(jsonc.member(item, "id") == app.inputs["id"] for item in present):
            text = jsonc.put(text, ["inputs"], [*present, app.inputs])
    return text


def with_token(entry: Entry, token: str) -> Entry:
    """Return an entry that holds the token itself."""
    return {**entry, "env": {**entry.get("env", {}), TOKEN: token}}


def install(path: Path, text: Text, body: str) -> Path | None:
    """Write a client's file in one step and keep the old one beside it; return the path of that copy, if any.
    A link is followed.

    Raises:
        OSError: when it cannot be written.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    backup = _backup(target) if target.exists() else None
    # A new file can be read by its owner only, as it may come to hold a token.
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    # Replaced in a single step: a client that reads meanwhile never sees half a file.
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode(body))
        draft.chmod(mode)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return backup


def _backup(target: Path) -> Path:
    """Copy a file to the first free name, with its permissions."""
    number = 0
    while True:
        copy = target.with_name(f"{target.name}.bak{number or ''}")
        try:
            descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, target.stat().st_mode & 0o777)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(target.read_bytes())
        return copy


def _with_own(entry: Entry, present: object) -> Entry:
    """Return an entry with what the present one has besides: other members, other values of its environment,
    and the token in it."""
    if not isinstance(present, dict):
        return entry
    members = cast("Mapping[str, Any]", present)
    if "env" not in entry or not isinstance(members.get("env"), dict):
        return {
            **{name: members[name] for name in members if name in ("disabled", "alwaysAllow", "timeout")},
            **entry,
        }
    own = {
        name: value
        for name, value in members["env"].items()
        if value and (name == TOKEN or name not in entry["env"])
    }
    return {**members, **entry, "env": {**entry["env"], **own}}


def _merged_toml(app: App, text: str, entry: Entry) -> str:
    try:
        document = cast("dict[str, Any]", tomlkit.parse(text))
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise jsonc.NotJson(f"is not valid TOML: {error}") from None
    servers = _table(document, app.section, tomlkit.table(is_super_table=True))
    table = _table(servers, NAME, tomlkit.table())
    for name in _OF_A_TRANSPORT - entry.keys() - ({"env"} if "command" in entry else set()):
        table.pop(name, None)
    for name, value in entry.items():
        if name not in _WAITS or name not in table:
            _set(table, name, value)
    return tomlkit.dumps(document)


def _table(parent: dict[str, Any], name: str, missing: object) -> dict[str, Any]:
    present = parent.setdefault(name, missing)
    if not isinstance(present, dict):
        raise jsonc.NotJson(f"has something other than a table under {name}")
    return cast("dict[str, Any]", present)


def _set(table: dict[str, Any], name: str, value: Any) -> None:
    """Set a member of a table; what the present one has besides stays."""
    present = table.get(name)
    if isinstance(value, dict) and isinstance(present, dict):
        cast("dict[str, Any]", present).update(cast("dict[str, Any]", value))
    elif name == "env_vars" and isinstance(present, list):
        table[name] = [
            *value,
            *(variable for variable in cast("list[str]", present) if variable not in value),
        ]
    else:
        table[name] = value
