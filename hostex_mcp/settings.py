"""Settings: from the environment, overridden by options of the command; wrong ones stop the start."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from hostex_mcp.placeholders import bare_token, placeholder_of
from hostex_mcp.setting_numbers import amount, calls, count, days, factor, grace, seconds
from hostex_mcp.web_names import api_url, contact, hosts, name, names, networks, origin, origins, web_page

Privacy = Literal["standard", "strict", "full"]
Confirm = Literal["auto", "token", "off"]


class SettingsError(Exception):
    """A setting has a value that cannot be used; the text is one line for the person who set it."""


def _switch(value: str) -> bool:
    known = {**dict.fromkeys(names("1,true,yes,on"), True), **dict.fromkeys(names("0,false,no,off"), False)}
    if value.lower() not in known:
        raise ValueError("allowed: 1 or 0")
    return known[value.lower()]


def _folders(value: str) -> tuple[Path, ...]:
    folders = tuple(Path(part).expanduser() for part in value.split(os.pathsep) if part.strip())
    if not all(folder.is_absolute() and folder.is_dir() for folder in folders):
        raise ValueError(f"allowed: absolute paths of existing directories, separated by {os.pathsep}")
    return folders


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError(f"allowed: {', '.join(allowed)}")
        return value.lower()

    return parse


def _hidden(value: str, problem: str) -> SecretStr:
    if not value.isascii() or not value.isprintable() or " " in value or "${" in value:
        raise ValueError(problem)
    return SecretStr(value)


def _secret(value: str) -> SecretStr:
    bare = bare_token(value)
    if placeholder := placeholder_of(value) or placeholder_of(bare):
        return SecretStr(placeholder)  # The server starts: its client shows what each call says about this.
    return _hidden(bare, "must be the token exactly as the Hostex portal showed it, on one line")


def _partner_secret(value: str) -> SecretStr:
    return _hidden(value, "must be the secret exactly as Hostex gave it to the partner, on one line")


def _secrets(value: str) -> tuple[SecretStr, ...]:
    problem = "must be keys exactly as `hostex-mcp keys new` printed them, comma-separated"
    return tuple(_hidden(name, problem) for name in names(value))


def _metrics_token(value: str) -> SecretStr:
    problem = "must be at least 16 characters, no spaces, such as `openssl rand -hex 24` makes"
    if len(value) < 16:
        raise ValueError(problem)
    return _hidden(value, problem)


def _database(value: str) -> SecretStr:
    if not value.startswith(("sqlite:///", "postgresql://")) or not value.isprintable():
        raise ValueError("allowed: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
    return SecretStr(value)


def _picture_hosts(value: str) -> tuple[str, ...]:
    if re.search(r"[^a-z0-9.,\s-]", value.lower()):
        raise ValueError("allowed: names of hosts, such as pictures.example.com, comma-separated")
    return names(value.lower())


def _ids(value: str) -> tuple[int, ...]:
    ids = [one.strip() for one in value.split(",")]
    if not all(one.isascii() and one.isdigit() and int(one) for one in ids):
        raise ValueError("allowed: ids of properties, comma-separated")
    return tuple(int(one) for one in ids)


def _file(value: str) -> Path:
    path = Path(value).expanduser()
    if (
        path.is_dir()
        or not path.parent.is_dir()
        or not os.access(path if path.exists() else path.parent, os.W_OK)
    ):
        raise ValueError("allowed: a file that can be written, in a folder that exists")
    return path


def _setting(variable: str, parse: Callable[[str], Any], default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"variable": variable, "parse": parse, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. `variable` in a field's metadata is its environment variable."""

    access_token: SecretStr | None = _setting(
        "HOSTEX_ACCESS_TOKEN", _secret, None, "the host's token, from the portal's OpenAPI settings page"
    )
    api_base_url: str = _setting(
        "HOSTEX_API_BASE_URL",
        api_url,
        "https://api.hostex.io/v3",
        "address of the Hostex API (the China site has its own)",
    )
    api_timeout_seconds: float = _setting(
        "HOSTEX_API_TIMEOUT_SECONDS",
        seconds,
        30.0,
        "how long one call to Hostex may take in all, retries included",
    )
    sandbox: bool = _setting(
        "HOSTEX_MCP_SANDBOX",
        _switch,
        False,
        "serve the built-in demo account instead of Hostex, no token needed",
    )
    toolsets: tuple[str, ...] = _setting(
        "HOSTEX_MCP_TOOLSETS", names, ("core",), "toolsets to list, comma-separated, or `all`"
    )
    tools: tuple[str, ...] = _setting("HOSTEX_MCP_TOOLS", names, (), "single tools to list as well")
    exclude_tools: tuple[str, ...] = _setting(
        "HOSTEX_MCP_EXCLUDE_TOOLS", names, (), "tools that are never served, whatever else is set"
    )
    read_only: bool = _setting("HOSTEX_MCP_READ_ONLY", _switch, False, "serve no tool that changes anything")
    confirm: Confirm = _setting(
        "HOSTEX_MCP_CONFIRM",
        _one_of("auto", "token", "off"),
        "auto",
        "how consequential changes are confirmed: ask the user if the client can, always by a token, or not "
        "at all",
    )
    property_ids: tuple[int, ...] = _setting(
        "HOSTEX_MCP_PROPERTY_IDS",
        _ids,
        (),
        "serve only these properties and what belongs to them; all when not set",
    )
    privacy: Privacy = _setting(
        "HOSTEX_MCP_PRIVACY",
        _one_of("standard", "strict", "full"),
        "standard",
        "standard hides identity documents, lock codes and Wi-Fi passwords unless a call asks for them "
        "by name; strict also hides guests' phone and e-mail; full hides nothing",
    )
    image_folders: tuple[Path, ...] = _setting(
        "HOSTEX_MCP_IMAGE_FOLDERS",
        _folders,
        (),
        "folders from which pictures for guests may be read, separated as in PATH; only over stdio",
    )
    picture_hosts: tuple[str, ...] = _setting(
        "HOSTEX_MCP_PICTURE_HOSTS",
        _picture_hosts,
        (),
        "hosts, comma-separated, whose pictures for guests are fetched for the preview; those of any other "
        "host only after the user agreed",
    )
    audit_log: Path | None = _setting(
        "HOSTEX_MCP_AUDIT_LOG",
        _file,
        None,
        "file that gets one JSON line for each write; none unless set",
    )
    price_floor: float | None = _setting(
        "HOSTEX_MCP_PRICE_FLOOR", amount, None, "no nightly price below this, in the listing's currency"
    )
    price_ceiling: float | None = _setting(
        "HOSTEX_MCP_PRICE_CEILING", amount, None, "no nightly price above this, in the listing's currency"
    )
    price_factor: float = _setting(
        "HOSTEX_MCP_PRICE_FACTOR",
        factor,
        3.0,
        "how many times its present value a price may become, up or down",
    )
    horizon_days: int = _setting(
        "HOSTEX_MCP_HORIZON_DAYS", days, 1095, "how many days ahead calendars and prices may be changed"
    )
    public_url: str | None = _setting(
        "HOSTEX_MCP_PUBLIC_URL",
        origin,
        None,
        "over HTTP: the https address users reach, without a path; the bound address unless set",
    )
    database_url: SecretStr | None = _setting(
        "HOSTEX_MCP_DATABASE_URL",
        _database,
        None,
        "over HTTP: where grants and clients are kept: sqlite:///FILE, or postgresql://... for several "
        "replicas; a file in the user's data directory unless set",
    )
    secret_keys: tuple[SecretStr, ...] = _setting(
        "HOSTEX_MCP_SECRET_KEYS",
        _secrets,
        (),
        "over HTTP: keys from `hostex-mcp keys new`, comma-separated; the first encrypts and signs, all "
        "decrypt and verify; made and kept beside the SQLite file unless set, required with PostgreSQL",
    )
    refresh_grace_seconds: int = _setting(
        "HOSTEX_MCP_REFRESH_GRACE_SECONDS",
        grace,
        60,
        "over HTTP: how long a rotated refresh token still gives its own client the same answer",
    )
    allow_token_header: bool = _setting(
        "HOSTEX_MCP_ALLOW_TOKEN_HEADER",
        _switch,
        False,
        "over HTTP: serve requests that bring their own Hostex token in Hostex-Access-Token",
    )
    allowed_origins: tuple[str, ...] = _setting(
        "HOSTEX_MCP_ALLOWED_ORIGINS",
        origins,
        (),
        "over HTTP: origins, comma-separated, whose pages may call, of the web or of an app "
        "(tauri://localhost); its own and those of the user's own machine always may",
    )
    allowed_hosts: tuple[str, ...] = _setting(
        "HOSTEX_MCP_ALLOWED_HOSTS",
        hosts,
        (),
        "over HTTP: further names, with their port, by which a private network knows this server, such as "
        "host.docker.internal:8000",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "HOSTEX_MCP_TRUSTED_PROXIES",
        networks,
        (),
        "over HTTP: addresses or networks of proxies whose X-Forwarded-For is believed",
    )
    client_documents: bool = _setting(
        "HOSTEX_MCP_CLIENT_DOCUMENTS",
        _switch,
        True,
        "over HTTP: let apps identify themselves by a description that they publish and this server fetches "
        "(client ID metadata documents); off, nothing is fetched and apps have to register",
    )
    operator: str | None = _setting(
        "HOSTEX_MCP_OPERATOR", name, None, "over HTTP: who runs this server, as its pages name them"
    )
    contact: str | None = _setting(
        "HOSTEX_MCP_CONTACT", contact, None, "over HTTP: where users reach whoever runs this server"
    )
    privacy_url: str | None = _setting(
        "HOSTEX_MCP_PRIVACY_URL", web_page, None, "over HTTP: the privacy page of whoever runs this server"
    )
    workers: int | None = _setting(
        "HOSTEX_MCP_WORKERS", count, None, "over HTTP: worker processes; one for each core unless set"
    )
    account_calls: int = _setting(
        "HOSTEX_MCP_ACCOUNT_CALLS",
        calls,
        16,
        "over HTTP: how many calls of one account a process works on at once; more wait",
    )
    process_calls: int = _setting(
        "HOSTEX_MCP_PROCESS_CALLS",
        calls,
        128,
        "over HTTP: how many calls a process works on at once; more wait, and accounts take turns",
    )
    waiting_calls: int = _setting(
        "HOSTEX_MCP_WAITING_CALLS",
        calls,
        256,
        "over HTTP: how many calls may wait in a process; beyond that, the account with the longest queue "
        "gets 503",
    )
    client_id: str | None = _setting(
        "HOSTEX_CLIENT_ID", str, None, "over HTTP: the partner's client id at Hostex"
    )
    client_secret: SecretStr | None = _setting(
        "HOSTEX_CLIENT_SECRET", _partner_secret, None, "over HTTP: the partner's client secret at Hostex"
    )
    authorize_url: str = _setting(
        "HOSTEX_AUTHORIZE_URL",
        api_url,
        "https://hostex.io/app/authorization",
        "over HTTP: Hostex's page on which a host lets the partner in",
    )
    slow_seconds: float = _setting(
        "HOSTEX_MCP_SLOW_SECONDS", seconds, 10.0, "a call that takes longer is logged as a warning"
    )
    metrics_token: SecretStr | None = _setting(
        "HOSTEX_MCP_METRICS_TOKEN",
        _metrics_token,
        None,
        "over HTTP: what a Prometheus server sends as a bearer token to read /metrics; unless set, /metrics "
        "is there on a server of this machine only, not on one with a public address",
    )
    log_level: str = _setting(
        "HOSTEX_MCP_LOG_LEVEL",
        _one_of("debug", "info", "warning", "error"),
        "info",
        "least severe log line, on stderr; over stdio `warning` unless set",
    )
    log_format: str = _setting(
        "HOSTEX_MCP_LOG_FORMAT", _one_of("text", "json"), "text", "form of the log lines"
    )


def load(environ: Mapping[str, str], **options: Any) -> Settings:
    """The settings of the environment; options that are not None win over it. Empty text means unset.

    Raises:
        SettingsError: one line naming the variable, its value (never a secret) and what is allowed.
    """
    _refuse_unknown(environ)
    values: dict[str, Any] = {}
    for one in fields(Settings):
        variable, given = one.metadata["variable"], options.get(one.name)
        text = environ.get(variable, "").strip()
        if given is not None and not isinstance(given, str):
            values[one.name] = given
        elif given or text:
            values[one.name] = _parsed(variable, given or text, one.metadata["parse"])
    return Settings(**values)


def _parsed(variable: str, text: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        value = text if text.isprintable() else ascii(text)[1:-1]
        shown = variable if parse in _HIDING else f"{variable}={value}"
        raise SettingsError(f"{shown}: {error}") from None


_HIDING = (_secret, _partner_secret, _secrets, _metrics_token, _database)


def is_secret(setting: Field[Any]) -> bool:
    """Whether the value of a setting must not be shown."""
    return setting.metadata["parse"] in _HIDING


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [one.metadata["variable"] for one in fields(Settings)]
    for variable in environ:
        if variable.startswith("HOSTEX_MCP_") and variable not in known:
            guess = get_close_matches(variable, known, n=1)
            hint = f"; did you mean {guess[0]}?" if guess else f"; allowed: {', '.join(known)}"
            # Without its value: what is misspelt may be a key.
            raise SettingsError(f"{variable}: is not a setting of this version{hint}")
