"""Settings: from the environment, overridden by options of the command; wrong ones stop the start."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from annotated_types import Ge, Le, MaxLen, Predicate
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from hostex_mcp.secret_values import (
    AccessToken,
    DatabaseUrl,
    MetricsToken,
    NoticeAddresses,
    PartnerSecret,
    SecretKeys,
)
from hostex_mcp.web_names import (
    ApiUrl,
    BaseUrl,
    Contact,
    Hosts,
    Names,
    Networks,
    Origin,
    Origins,
    WebPage,
    names,
)

PrivacyLevel = Literal["standard", "strict", "full"]
Confirm = Literal["auto", "token", "off"]
Views = Literal["on", "look", "off"]
Memory = Literal["on", "off"]


class SettingsError(Exception):
    """A setting has a value that cannot be used; the text is one line for the person who set it."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of each day, from the first till before the second; they may pass midnight."""

    start: time
    end: time


def _folders(value: str) -> tuple[Path, ...]:
    folders = tuple(Path(part).expanduser() for part in value.split(os.pathsep) if part.strip())
    if not all(folder.is_absolute() and folder.is_dir() for folder in folders):
        raise ValueError
    return folders


def _file(value: str) -> Path:
    path = Path(value).expanduser()
    existing = path if path.exists() else path.parent
    if (path.exists() and not path.is_file()) or not path.parent.is_dir() or not os.access(existing, os.W_OK):
        raise ValueError
    return path


def _readable(value: str) -> Path:
    path = Path(value).expanduser()
    if not path.is_absolute() or not path.is_file() or not os.access(path, os.R_OK):
        raise ValueError
    return path


def _ids(value: str) -> tuple[int, ...]:
    ids = [part.strip() for part in value.split(",")]
    if not all(re.fullmatch(r"0*[1-9][0-9]*", part) for part in ids):
        raise ValueError
    return tuple(map(int, ids))


def _picture_hosts(value: str) -> tuple[str, ...]:
    if re.search(r"[^a-z0-9.,\s-]", value.lower()):
        raise ValueError
    return names(value.lower())


def _quiet_hours(value: str) -> QuietHours:
    start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    if start == end or start.tzinfo or end.tzinfo:
        raise ValueError
    return QuietHours(start, end)


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except ZoneInfoNotFoundError:
        raise ValueError from None


# The text in each type says what it takes: on the page of settings, and to whoever set something else.
Grace = Annotated[int, Ge(0), Le(600), "a number of seconds from 0 to 600"]
Seconds = Annotated[float, Ge(1), Le(300), "a number of seconds from 1 to 300"]
WorkerCount = Annotated[int, Ge(1), Le(64), "a number from 1 to 64"]
Calls = Annotated[int, Ge(1), Le(10_000), "a number from 1 to 10000"]
Days = Annotated[int, Ge(1), Le(1_095), "a number of days from 1 to 1095"]
Amount = Annotated[float, Ge(0.01), Le(10_000_000), "an amount above 0, such as 50"]
Factor = Annotated[float, Ge(1), Le(1_000), "a factor from 1 to 1000, such as 3"]
Switch = Annotated[bool, "1 or 0"]
Title = Annotated[str, MaxLen(80), Predicate(str.isprintable), "a name of at most 80 characters, on one line"]
Ids = Annotated[tuple[int, ...], BeforeValidator(_ids), "ids of properties, comma-separated"]
Folders = Annotated[
    tuple[Path, ...],
    BeforeValidator(_folders),
    f"absolute paths of existing directories, separated by {os.pathsep}",
]
WritableFile = Annotated[Path, BeforeValidator(_file), "a file that can be written, in a folder that exists"]
ReadableFile = Annotated[Path, BeforeValidator(_readable), "the absolute path of a file that can be read"]
PictureHosts = Annotated[
    tuple[str, ...],
    BeforeValidator(_picture_hosts),
    "names of hosts, such as pictures.example.com, comma-separated",
]
Hours = Annotated[QuietHours, BeforeValidator(_quiet_hours), "two times of day, such as 22:00-07:00"]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone), "a time zone by its name, such as Europe/Lisbon"]


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Everything that can be set; `SETTINGS` describes each field, and `load` reads them."""

    access_token: AccessToken | None = _setting(
        None, "the host's token, from the portal's OpenAPI settings page"
    )
    api_base_url: BaseUrl = _setting(
        "https://api.hostex.io/v3", "address of the Hostex API (the China site has its own)"
    )
    api_timeout_seconds: Seconds = _setting(
        30.0, "how long one call to Hostex may take in all, retries included"
    )
    sandbox: Switch = _setting(False, "serve the built-in demo account instead of Hostex, no token needed")
    toolsets: Names = _setting(("core",), "toolsets to list, comma-separated, or `all`")
    tools: Names = _setting((), "individual tools to list as well")
    exclude_tools: Names = _setting((), "tools that are never served, whatever else is set")
    read_only: Switch = _setting(False, "serve no tool that changes anything")
    confirm: Confirm = _setting(
        "auto",
        "how consequential changes are confirmed: by the user, in the client or on a page; by a token, for "
        "agents whose own program asks people; or not at all",
    )
    confirm_link: Switch = _setting(
        False,
        "over stdio: put the address of the page on which the user decides into answers as well, for "
        "machines without a browser; a model that opens addresses could then decide by itself",
    )
    views: Views = _setting(
        "on",
        "views of days, calendars, figures, threads and changes in apps that show them: `on` lets people "
        "decide on changes there, `look` only look, `off` serves none",
    )
    memory: Memory = _setting(
        "off",
        "remember stays, calendars and threads of an account between calls, encrypted, so that edits show as "
        "before and after; over HTTP in the database until the connection ends, else in a file of the user's",
    )
    property_ids: Ids = _setting((), "serve only these properties and what belongs to them; all when not set")
    privacy: PrivacyLevel = _setting(
        "standard",
        "standard hides identity documents, lock codes and Wi-Fi passwords unless a call asks for them by"
        " name; strict also hides guests' phone and e-mail; full hides nothing",
    )
    image_folders: Folders = _setting(
        (), "folders from which pictures for guests may be read, separated as in PATH; only over stdio"
    )
    picture_hosts: PictureHosts = _setting(
        (),
        "hosts, comma-separated, from which pictures for guests are fetched for the preview; pictures on "
        "other hosts are fetched only once the user has agreed",
    )
    house_rules: ReadableFile | None = _setting(
        None,
        "a Markdown file with the host's own rules, read anew each time: tone, what is never done, whom to "
        "call; every prompt and skill names it",
    )
    audit_log: WritableFile | None = _setting(
        None, "file that gets one JSON line for each write; none unless set"
    )
    price_floor: Amount | None = _setting(None, "no nightly price below this, in the listing's currency")
    price_ceiling: Amount | None = _setting(None, "no nightly price above this, in the listing's currency")
    price_factor: Factor = _setting(
        3.0, "the largest factor by which a price may be raised or lowered at once"
    )
    horizon_days: Days = _setting(1095, "how many days ahead calendars and prices may be changed")
    notify: NoticeAddresses = _setting(
        (),
        "where you are told that a change waits for you: addresses of mail servers, messengers and others, as"
        " apprise takes them; needs `pip install 'hostex-mcp[notify]'`",
    )
    quiet_hours: Hours | None = _setting(
        None, "hours without notices, such as 22:00-07:00; what waits is told when they are over"
    )
    time_zone: Zone | None = _setting(None, "time zone of the quiet hours; the machine's own unless set")
    public_url: Origin | None = _setting(
        None, "over HTTP: the https address users reach, without a path; the bound address unless set"
    )
    database_url: DatabaseUrl | None = _setting(
        None,
        "over HTTP: where grants and clients are kept: sqlite:///FILE, or postgresql://... for several "
        "replicas; a file in the user's data directory unless set",
    )
    secret_keys: SecretKeys = _setting(
        (),
        "over HTTP: keys from `hostex-mcp keys new`, comma-separated; the first encrypts and signs, all "
        "decrypt and verify; made and kept beside the SQLite file unless set, required with PostgreSQL",
    )
    refresh_grace_seconds: Grace = _setting(
        60, "over HTTP: how long a rotated refresh token still gives its own client the same answer"
    )
    allow_token_header: Switch = _setting(
        False, "over HTTP: serve requests that bring their own Hostex token in Hostex-Access-Token"
    )
    allowed_origins: Origins = _setting(
        (),
        "over HTTP: origins, comma-separated, whose pages may call, of the web or of an app "
        "(tauri://localhost); its own and those of the user's own machine always may",
    )
    allowed_hosts: Hosts = _setting(
        (),
        "over HTTP: further names, with their port, by which a private network knows this server, such as"
        " host.docker.internal:8000",
    )
    trusted_proxies: Networks = _setting(
        (), "over HTTP: addresses or networks of proxies whose X-Forwarded-For is trusted"
    )
    client_documents: Switch = _setting(
        True,
        "over HTTP: let apps identify themselves by a description that they publish and this server "
        "fetches (client ID metadata documents); off, nothing is fetched and apps have to register",
    )
    operator: Title | None = _setting(None, "over HTTP: who runs this server, as its pages name them")
    contact: Contact | None = _setting(None, "over HTTP: where users reach whoever runs this server")
    privacy_url: WebPage | None = _setting(None, "over HTTP: the privacy page of whoever runs this server")
    workers: WorkerCount | None = _setting(None, "over HTTP: worker processes; one per core unless set")
    account_calls: Calls = _setting(
        16, "over HTTP: how many calls of one account a process works on at once; more wait"
    )
    process_calls: Calls = _setting(
        128, "over HTTP: how many calls a process works on at once; more wait, and accounts take turns"
    )
    waiting_calls: Calls = _setting(
        256,
        "over HTTP: how many calls may wait in a process; beyond that, the account with the longest queue"
        " gets 503",
    )
    client_id: str | None = _setting(None, "over HTTP: the partner's client id at Hostex")
    client_secret: PartnerSecret | None = _setting(None, "over HTTP: the partner's client secret at Hostex")
    authorize_url: ApiUrl = _setting(
        "https://hostex.io/app/authorization",
        "over HTTP: Hostex's page on which a host authorizes the partner",
    )
    slow_seconds: Seconds = _setting(10.0, "a call that takes longer is logged as a warning")
    metrics_token: MetricsToken | None = _setting(
        None,
        "over HTTP: what a Prometheus server sends as a bearer token to read /metrics; unless set, "
        "/metrics is there on a server of this machine only, not on one with a public address",
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "lowest level that is logged, to stderr; over stdio `warning` unless set"
    )
    log_format: Literal["text", "json"] = _setting("text", "format of the log lines")


_NOT_OF_MCP = frozenset(
    ("access_token", "api_base_url", "api_timeout_seconds", "client_id", "client_secret", "authorize_url")
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of `Settings`: its environment variable, what it means, its default and its type."""

    name: str
    meaning: str
    default: Any
    type: Any

    @property
    def variable(self) -> str:
        """Return the name of its environment variable."""
        return f"HOSTEX_{'' if self.name in _NOT_OF_MCP else 'MCP_'}{self.name.upper()}"

    @property
    def allowed(self) -> str:
        """Return what it takes, in words."""
        if get_origin(self.type) is Literal:
            return ", ".join(get_args(self.type))
        return next((part for part in get_args(self.type) if isinstance(part, str)), "text")

    @property
    def secret(self) -> bool:
        """Whether its value must not be shown."""
        return "SecretStr" in repr(self.type)

    def parse(self, text: str) -> Any:
        """Return the value that a text means.

        Raises:
            SettingsError: it means none. The line shows no secret.
        """
        try:
            return TypeAdapter(self.type).validate_python(
                text.lower() if get_origin(self.type) is Literal else text
            )
        except (ValidationError, RuntimeError, OSError):  # the last two of paths: no such user, too long
            value = "" if self.secret else f"={text if text.isprintable() else ascii(text)[1:-1]}"
            rule = self.allowed if self.allowed.startswith("must be") else f"allowed: {self.allowed}"
            # Without its cause, which would show the value in a traceback.
            raise SettingsError(f"{self.variable}{value}: {rule}") from None


def _required(hint: Any) -> Any:
    """Return the type of a setting that is there, of one that may be missing."""
    return get_args(hint)[0] if type(None) in get_args(hint) else hint


_TYPES = get_type_hints(Settings, include_extras=True)
SETTINGS = tuple(
    Setting(item.name, item.metadata["meaning"], item.default, _required(_TYPES[item.name]))
    for item in fields(Settings)
)


def load(environ: Mapping[str, str], **options: Any) -> Settings:
    """Read the settings of the environment; options that are not None win over it. Empty text means unset.

    Raises:
        SettingsError: one line naming the variable, its value (never a secret) and what is allowed.
    """
    _refuse_unknown(environ)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        option, text = options.get(setting.name), environ.get(setting.variable, "").strip()
        if option is not None and not isinstance(option, str):
            values[setting.name] = option
        elif option or text:
            values[setting.name] = setting.parse(option or text)
    return Settings(**values)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    variables = [setting.variable for setting in SETTINGS]
    # Some have no MCP_ in their names, so it is easily left out: READ_ONLY must not be lost by that.
    shortened = {f"HOSTEX_{setting.name.upper()}" for setting in SETTINGS}
    for variable in environ:
        of_ours = variable.startswith("HOSTEX_MCP_") or variable in shortened
        if of_ours and variable not in variables:
            guess = get_close_matches(variable, variables, n=1)
            hint = f"; did you mean {guess[0]}?" if guess else f"; allowed: {', '.join(variables)}"
            # Without its value: what is misspelt may be a key.
            raise SettingsError(f"{variable}: is not a setting of this version{hint}")
