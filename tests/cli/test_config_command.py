"""`hostex-mcp config`: what is printed, what a client's file becomes, and what stays."""

import json
import os
import re
import stat
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hostex_mcp.cli import main
from hostex_mcp.cli.clients import APPS, BRIDGE, Machine
from tests.support.root import ROOT

CLIENTS = ["claude-desktop", "claude-code", "cursor", "vscode", "codex", "windsurf", "gemini-cli", "zed"]
SECTIONS = {"vscode": "servers", "codex": "mcp_servers", "zed": "context_servers"}
BY_FILE = ["claude-desktop", "zed"]
SECRET = "tok-5f0c9e21d7"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "CODEX_HOME", *filter(re.compile("HOSTEX_(?!TESTS)").match, os.environ)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(*args: str, status: int = 0, answer: str | None = None) -> Result:
    result = CliRunner().invoke(main, ["config", *args], input=answer)
    assert result.exit_code == status, result.output
    return result


def file_of(client: str, home: Path) -> Path:
    place = Machine("linux", home, home, {})
    return Path(APPS[client].file(place))


def read(client: str, text: str) -> dict[str, Any]:
    return tomllib.loads(text) if client == "codex" else json.loads(text)


def servers(client: str, text: str) -> Mapping[str, Any]:
    return read(client, text)[SECTIONS.get(client, "mcpServers")]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_printed_file_starts_this_very_program(client: str, home: Path) -> None:
    entry = servers(client, config(client).stdout)["hostex"]
    assert Path(entry["command"]).is_absolute()
    assert os.access(entry["command"], os.X_OK)
    assert not file_of(client, home).exists()


@pytest.mark.parametrize(
    ("prefix", "command", "arguments"),
    [
        ("/home/ana/.cache/uv/archive-v0/Xy1", "uvx", ["hostex-mcp"]),
        ("/home/ana/.cache/pipx/fe14c7c82bb0064", "pipx", ["run", "hostex-mcp"]),
        ("/Users/ana/Library/Caches/pipx/fe14c7c82bb0064", "pipx", ["run", "hostex-mcp"]),
        ("/opt/pipx/.cache/fe14c7c82bb0064", "pipx", ["run", "hostex-mcp"]),
    ],
)
def test_a_program_that_is_kept_for_a_while_only_is_started_by_what_made_it(
    prefix: str, command: str, arguments: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = home / command
    program.touch(0o755)
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setattr(sys, "prefix", prefix)
    entry = servers("cursor", config("cursor").stdout)["hostex"]
    assert (entry["command"], entry["args"]) == (str(program), arguments)


@pytest.mark.parametrize("prefix", ["/home/ana/.local/share/pipx/venvs/hostex-mcp", "/home/pipx/.venv"])
def test_a_program_that_stays_is_started_by_its_path(
    prefix: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    entry = servers("cursor", config("cursor").stdout)["hostex"]
    assert Path(entry["command"]).name == "hostex-mcp"
    assert entry["args"] == []


@pytest.mark.parametrize("client", CLIENTS)
def test_writing_makes_the_file_that_was_printed(client: str, home: Path) -> None:
    printed = config(client).stdout
    config(client, "--write")
    path = file_of(client, home)
    assert read(client, path.read_text()) == read(client, printed)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("client", CLIENTS)
def test_writing_again_changes_nothing_and_says_so(client: str, home: Path) -> None:
    config(client, "--write")
    before = file_of(client, home).read_bytes()
    assert "nothing was changed" in config(client, "--write").stderr
    assert file_of(client, home).read_bytes() == before
    assert not list(home.rglob("*.bak*"))


@pytest.mark.parametrize("client", CLIENTS)
def test_other_servers_and_settings_stay_and_a_copy_is_kept(client: str, home: Path) -> None:
    path, section = file_of(client, home), SECTIONS.get(client, "mcpServers")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        f'# mine\nmodel = "o4"\n\n[{section}.other]\ncommand = "x" # theirs\n'
        if client == "codex"
        else json.dumps({"theme": "dark", section: {"other": {"command": "x"}}}, indent=4)
    )
    path.write_text(text)
    path.chmod(0o640)
    config(client, "--write")
    after = path.read_text()
    assert servers(client, after)["other"] == {"command": "x"}
    assert servers(client, after).keys() == {"other", "hostex"}
    assert client != "codex" or ("# mine" in after and "# theirs" in after)
    assert path.with_name(path.name + ".bak").read_text() == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_copies_are_never_written_over(home: Path) -> None:
    path = file_of("cursor", home)
    path.parent.mkdir(parents=True)
    for number in range(3):
        path.write_text(json.dumps({"number": number}))
        config("cursor", "--write")
    copies = [json.loads(path.with_name(f"mcp.json.bak{end}").read_text()) for end in ("", "1", "2")]
    assert copies == [{"number": 0}, {"number": 1}, {"number": 2}]


def test_what_the_person_put_into_our_entry_stays(home: Path) -> None:
    path = file_of("claude-desktop", home)
    path.parent.mkdir(parents=True)
    own = {"HOSTEX_ACCESS_TOKEN": SECRET, "HOSTEX_MCP_TOOLSETS": "all"}
    path.write_text(json.dumps({"mcpServers": {"hostex": {"command": "/gone/hostex-mcp", "env": own}}}))
    config("claude-desktop", "--write")
    entry = servers("claude-desktop", path.read_text())["hostex"]
    assert entry["env"] == own
    assert entry["command"] != "/gone/hostex-mcp"


def test_comments_of_a_vs_code_file_stay(home: Path) -> None:
    path = file_of("vscode", home)
    path.parent.mkdir(parents=True)
    path.write_text(
        '{\n  // the team\'s\n  "servers": {\n    "a": {"type": "http", "url": "https://a.test"},\n  },\n}\n'
    )
    config("vscode", "--write")
    after = path.read_text()
    assert "// the team's" in after
    assert '"a": {"type": "http", "url": "https://a.test"}' in after
    assert "hostex-access-token" in after


def test_a_windows_file_keeps_its_line_ends_and_mark(home: Path) -> None:
    path = file_of("cursor", home)
    path.parent.mkdir(parents=True)
    path.write_bytes(b'\xef\xbb\xbf{\r\n  "mcpServers": {}\r\n}\r\n')
    config("cursor", "--write")
    raw = path.read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf{\r\n  "mcpServers": {\r\n    "hostex"')
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_a_link_is_followed(home: Path) -> None:
    real = home / "dotfiles" / "mcp.json"
    real.parent.mkdir()
    real.write_text("{}")
    link = file_of("cursor", home)
    link.parent.mkdir()
    link.symlink_to(real)
    config("cursor", "--write")
    assert link.is_symlink()
    assert "hostex" in real.read_text()


def test_a_dry_run_shows_the_difference_and_writes_nothing(home: Path) -> None:
    path = file_of("cursor", home)
    path.parent.mkdir()
    path.write_text('{\n  "mcpServers": {}\n}\n')
    difference = config("cursor", "--dry-run").stdout
    assert '+    "hostex": {' in difference
    assert path.read_text() == '{\n  "mcpServers": {}\n}\n'
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("text", ["{", "[]", '{"mcpServers": 3}', "\xff"])
def test_a_broken_file_is_left_alone(text: str, home: Path) -> None:
    path = file_of("cursor", home)
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    output = config("cursor", "--write", status=2).stderr
    assert str(path) in output
    assert "nothing was changed" in output
    assert path.read_bytes() == text.encode("latin-1")


def test_a_broken_codex_file_is_left_alone(home: Path) -> None:
    path = file_of("codex", home)
    path.parent.mkdir()
    path.write_text("[mcp_servers\n")
    assert "not valid TOML" in config("codex", "--write", status=2).stderr
    assert path.read_text() == "[mcp_servers\n"


def test_the_token_is_never_printed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTEX_ACCESS_TOKEN", SECRET)
    for client in CLIENTS:
        for how in ([], ["--dry-run"], ["--write"], ["--dry-run"]):
            result = config(client, *how)
            assert SECRET not in result.stdout + result.stderr


@pytest.mark.parametrize("client", BY_FILE)
@pytest.mark.parametrize(("more", "answer"), [((), "y\n"), (("--with-token",), None)])
def test_a_client_that_knows_no_other_way_gets_the_token_in_its_file_once_the_person_agrees(
    client: str, more: tuple[str, ...], answer: str | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_ACCESS_TOKEN", SECRET)
    output = config(client, "--write", *more, answer=answer).stderr
    path = file_of(client, home)
    assert servers(client, path.read_text())["hostex"]["env"] == {"HOSTEX_ACCESS_TOKEN": SECRET}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "is now in that file" in output
    assert SECRET not in output


@pytest.mark.parametrize("client", BY_FILE)
@pytest.mark.parametrize("answer", ["n\n", "\n", None])
def test_without_a_yes_no_file_gets_the_token(
    client: str, answer: str | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_ACCESS_TOKEN", SECRET)
    output = config(client, "--write", answer=answer).stderr
    path = file_of(client, home)
    assert f"Write the token from HOSTEX_ACCESS_TOKEN into {path}?" in output
    assert servers(client, path.read_text())["hostex"]["env"] == {"HOSTEX_ACCESS_TOKEN": ""}


@pytest.mark.parametrize("client", [name for name in CLIENTS if name not in BY_FILE])
def test_other_clients_files_never_hold_the_token(
    client: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_ACCESS_TOKEN", SECRET)
    assert "Write the token" not in config(client, "--write", "--with-token").stderr
    assert SECRET not in file_of(client, home).read_text()


BOUNDS = {
    "HOSTEX_MCP_READ_ONLY": "1",
    "HOSTEX_MCP_PROPERTY_IDS": "101,102",
    "HOSTEX_MCP_PRIVACY": "strict",
    "HOSTEX_MCP_PRICE_FLOOR": "50",
    "HOSTEX_MCP_EXCLUDE_TOOLS": "send_message",
    "HOSTEX_API_BASE_URL": "https://api.hostex.example/v3",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_every_bound_that_is_set_here_is_in_the_entry_and_is_named(
    client: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in BOUNDS.items():
        monkeypatch.setenv(name, value)
    output = config(client, "--write").stderr
    entry = servers(client, file_of(client, home).read_text())["hostex"]
    assert {name: entry["env"].get(name) for name in BOUNDS} == BOUNDS
    assert all(f"{name}={value}" in output for name, value in BOUNDS.items())
    assert "nothing was changed" in config(client, "--write").stderr


@pytest.mark.parametrize("client", CLIENTS)
def test_options_are_in_the_entry_and_win_over_the_environment(
    client: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_MCP_TOOLSETS", "all")
    printed = config(client, "--toolsets", "calendar,reviews", "--read-only").stdout
    env = servers(client, printed)["hostex"]["env"]
    assert (env["HOSTEX_MCP_TOOLSETS"], env["HOSTEX_MCP_READ_ONLY"]) == ("calendar,reviews", "1")


def test_a_bound_that_is_set_here_replaces_an_older_one_in_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_MCP_READ_ONLY", "0")
    config("codex", "--write")
    config("cursor", "--write")
    monkeypatch.setenv("HOSTEX_MCP_READ_ONLY", "1")
    for client in ("codex", "cursor"):
        config(client, "--write")
        entry = servers(client, file_of(client, home).read_text())["hostex"]
        assert entry["env"]["HOSTEX_MCP_READ_ONLY"] == "1"


def test_what_the_person_put_into_our_entry_of_codex_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of("codex", home)
    path.parent.mkdir()
    path.write_text(
        '[mcp_servers.hostex]\ncommand = "/gone"\nenv_vars = ["HTTPS_PROXY"]\n'
        '[mcp_servers.hostex.env]\nHOSTEX_MCP_PRIVACY = "strict"\n'
    )
    monkeypatch.setenv("HOSTEX_MCP_READ_ONLY", "1")
    config("codex", "--write")
    entry = servers("codex", path.read_text())["hostex"]
    assert entry["env"] == {"HOSTEX_MCP_PRIVACY": "strict", "HOSTEX_MCP_READ_ONLY": "1"}
    assert entry["env_vars"] == ["HOSTEX_ACCESS_TOKEN", "HTTPS_PROXY"]


def test_codex_is_told_to_wait_for_the_server(home: Path) -> None:
    entry = servers("codex", config("codex").stdout)["hostex"]
    assert (entry["required"], entry["startup_timeout_sec"]) == (True, 30)


def test_secrets_of_the_http_server_stay_out_of_an_entry_and_are_named_without_their_values(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_MCP_SECRET_KEYS", SECRET)
    monkeypatch.setenv("HOSTEX_CLIENT_SECRET", SECRET)
    result = config("cursor")
    assert "left out: HOSTEX_MCP_SECRET_KEYS, HOSTEX_CLIENT_SECRET." in result.stderr
    assert SECRET not in result.output


def test_a_relative_audit_file_is_passed_on_by_its_whole_path(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_MCP_AUDIT_LOG", "audit.jsonl")
    env = servers("cursor", config("cursor").stdout)["hostex"]["env"]
    assert env["HOSTEX_MCP_AUDIT_LOG"] == str(home / "audit.jsonl")


@pytest.mark.parametrize(
    ("name", "value"), [("HOSTEX_MCP_READ_ONLY", "perhaps"), ("HOSTEX_MCP_TOOLSETS", "calender")]
)
def test_a_bound_that_the_server_would_refuse_is_not_passed_on(
    name: str, value: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert name in config("cursor", "--write", status=2).stderr
    assert not file_of("cursor", home).exists()


def test_an_address_asks_for_the_bounds_that_it_can_hold_and_the_others_are_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in BOUNDS.items():
        monkeypatch.setenv(name, value)
    result = config("cursor", "--http", "https://m.test", "--toolsets", "calendar,reviews")
    url = servers("cursor", result.stdout)["hostex"]["url"]
    assert url == "https://m.test/mcp?read_only=1&toolsets=calendar,reviews"
    lost = "HOSTEX_API_BASE_URL, HOSTEX_MCP_EXCLUDE_TOOLS, HOSTEX_MCP_PROPERTY_IDS, HOSTEX_MCP_PRIVACY, "
    assert f"do not apply there: {lost}HOSTEX_MCP_PRICE_FLOOR." in result.stderr


@pytest.mark.parametrize(
    ("client", "entry"),
    [
        ("claude-desktop", {"command": "npx", "args": ["-y", "mcp-remote@0.15.1", "https://m.test/mcp"]}),
        ("claude-code", {"type": "http", "url": "https://m.test/mcp"}),
        ("cursor", {"url": "https://m.test/mcp"}),
        ("vscode", {"type": "http", "url": "https://m.test/mcp"}),
        ("codex", {"url": "https://m.test/mcp"}),
        ("windsurf", {"serverUrl": "https://m.test/mcp"}),
        ("gemini-cli", {"httpUrl": "https://m.test/mcp"}),
        ("zed", {"url": "https://m.test/mcp"}),
    ],
)
def test_an_address_over_http_takes_the_client_s_own_form(
    client: str, entry: dict[str, Any], home: Path
) -> None:
    assert servers(client, config(client, "--http", "https://m.test").stdout) == {"hostex": entry}


def test_going_from_stdio_to_http_leaves_nothing_of_the_old_way(home: Path) -> None:
    for client in CLIENTS[1:]:
        config(client, "--write")
        config(client, "--http", "https://m.test/mcp", "--write")
        entry = servers(client, file_of(client, home).read_text())["hostex"]
        assert entry.keys() <= {"type", "url", "serverUrl", "httpUrl"}


def test_an_address_that_is_none_is_refused(home: Path) -> None:
    assert "not a web address" in config("cursor", "--http", "mcp.example.com", status=2).stderr


WINDOWS = Machine(
    "win32",
    PureWindowsPath("C:/Users/ana"),
    PureWindowsPath("D:/work"),
    {"APPDATA": "C:\\Users\\ana\\AppData\\Roaming"},
)
MAC = Machine("darwin", PurePosixPath("/Users/ana"), PurePosixPath("/work"))
LINUX = Machine("linux", PurePosixPath("/home/ana"), PurePosixPath("/work"))


@pytest.mark.parametrize(
    ("client", "linux", "mac", "windows"),
    [
        (
            "claude-desktop",
            "/home/ana/.config/Claude/claude_desktop_config.json",
            "/Users/ana/Library/Application Support/Claude/claude_desktop_config.json",
            "C:\\Users\\ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json",
        ),
        ("claude-code", "/work/.mcp.json", "/work/.mcp.json", "D:\\work\\.mcp.json"),
        (
            "cursor",
            "/home/ana/.cursor/mcp.json",
            "/Users/ana/.cursor/mcp.json",
            "C:\\Users\\ana\\.cursor\\mcp.json",
        ),
        (
            "vscode",
            "/home/ana/.config/Code/User/mcp.json",
            "/Users/ana/Library/Application Support/Code/User/mcp.json",
            "C:\\Users\\ana\\AppData\\Roaming\\Code\\User\\mcp.json",
        ),
        (
            "codex",
            "/home/ana/.codex/config.toml",
            "/Users/ana/.codex/config.toml",
            "C:\\Users\\ana\\.codex\\config.toml",
        ),
        (
            "windsurf",
            "/home/ana/.codeium/windsurf/mcp_config.json",
            "/Users/ana/.codeium/windsurf/mcp_config.json",
            "C:\\Users\\ana\\.codeium\\windsurf\\mcp_config.json",
        ),
        (
            "gemini-cli",
            "/home/ana/.gemini/settings.json",
            "/Users/ana/.gemini/settings.json",
            "C:\\Users\\ana\\.gemini\\settings.json",
        ),
        (
            "zed",
            "/home/ana/.config/zed/settings.json",
            "/Users/ana/.config/zed/settings.json",
            "C:\\Users\\ana\\AppData\\Roaming\\Zed\\settings.json",
        ),
    ],
)
def test_each_system_has_its_paths(client: str, linux: str, mac: str, windows: str) -> None:
    paths = [str(APPS[client].file(place)) for place in (LINUX, MAC, WINDOWS)]
    assert paths == [linux, mac, windows]


def test_folders_that_the_person_chose_are_kept_to() -> None:
    place = Machine(
        "linux",
        PurePosixPath("/home/ana"),
        PurePosixPath("/work"),
        {"XDG_CONFIG_HOME": "/etc/ana", "CODEX_HOME": "/opt/codex"},
    )
    assert str(APPS["vscode"].file(place)) == "/etc/ana/Code/User/mcp.json"
    assert str(APPS["codex"].file(place)) == "/opt/codex/config.toml"


def test_on_windows_a_folder_is_known_without_the_variable_that_names_it() -> None:
    place = Machine("win32", PureWindowsPath("C:/Users/ana"), PureWindowsPath("D:/work"))
    path = str(APPS["claude-desktop"].file(place))
    assert path == "C:\\Users\\ana\\AppData\\Roaming\\Claude\\claude_desktop_config.json"


def test_no_entry_runs_a_program_of_whatever_version_is_published_next() -> None:
    tested = json.loads((ROOT / "tests/clients/npm/package.json").read_text())["dependencies"]["mcp-remote"]
    assert f"mcp-remote@{tested}" == BRIDGE
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", tested)
    texts = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("manifests/**/*"), ROOT / "README.md"]
    named = [path.read_text() for path in texts if path.is_file()]
    assert not [text for text in named if re.search(r"npx (-y )?mcp-remote(?!@[0-9])", text)]
