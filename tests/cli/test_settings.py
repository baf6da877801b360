import os
from pathlib import Path
from typing import Any

import pytest

from hostex_mcp.settings import SettingsError, load


def problem(environ: dict[str, str], **options: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load(environ, **options)
    return str(caught.value)


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load({})
    assert settings.access_token is None
    assert settings.api_base_url == "https://api.hostex.io/v3"
    assert settings.toolsets == ("core",)
    assert (settings.confirm, settings.read_only, settings.sandbox) == ("auto", False, False)


def test_the_environment_is_read() -> None:
    settings = load({"HOSTEX_MCP_TOOLSETS": "calendar, finance", "HOSTEX_MCP_READ_ONLY": "TRUE"})
    assert settings.toolsets == ("calendar", "finance")
    assert settings.read_only


def test_an_operator_names_themselves_their_contact_and_their_privacy_page() -> None:
    settings = load(
        {
            "HOSTEX_MCP_OPERATOR": "Müller & Söhne",
            "HOSTEX_MCP_CONTACT": "help@example.com",
            "HOSTEX_MCP_PRIVACY_URL": "https://example.com/privacy?lang=en",
            "HOSTEX_MCP_CLIENT_DOCUMENTS": "0",
        }
    )
    assert (settings.operator, settings.contact) == ("Müller & Söhne", "help@example.com")
    assert (settings.privacy_url, settings.client_documents) == ("https://example.com/privacy?lang=en", False)
    assert load({}).client_documents
    assert load({"HOSTEX_MCP_CONTACT": "https://example.com/help"}).contact == "https://example.com/help"


def test_a_value_of_several_lines_is_told_on_one() -> None:
    assert problem({"HOSTEX_MCP_OPERATOR": "Harbour\nRentals"}) == (
        "HOSTEX_MCP_OPERATOR=Harbour\\nRentals: allowed: a name of at most 80 characters, on one line"
    )


def test_an_option_wins_over_the_environment() -> None:
    settings = load({"HOSTEX_MCP_CONFIRM": "off", "HOSTEX_MCP_SANDBOX": "0"}, confirm="token", sandbox=True)
    assert (settings.confirm, settings.sandbox) == ("token", True)


def test_empty_text_means_unset() -> None:
    assert load({"HOSTEX_ACCESS_TOKEN": " ", "HOSTEX_MCP_CONFIRM": ""}).access_token is None


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("HOSTEX_MCP_CONFIRM", "maybe", "allowed: auto, token, off"),
        ("HOSTEX_MCP_READ_ONLY", "2", "allowed: 1 or 0"),
        ("HOSTEX_MCP_LOG_LEVEL", "loud", "allowed: debug, info, warning, error"),
        ("HOSTEX_API_BASE_URL", "http://api.hostex.io/v3", "allowed: an https address"),
        ("HOSTEX_API_BASE_URL", "api.hostex.io", "allowed: an https address"),
        (
            "HOSTEX_API_BASE_URL",
            "https://api.hostex.io/v3?site=cn",
            "allowed: an https address without ? and #",
        ),
        ("HOSTEX_API_BASE_URL", "https://api.hostex.io/v3#top", "allowed: an https address without ? and #"),
        ("HOSTEX_API_BASE_URL", "https://api.hostex.io/v3?", "allowed: an https address without ? and #"),
        ("HOSTEX_API_BASE_URL", "https://api.hostex.io:99999/v3", "allowed: an https address"),
        ("HOSTEX_API_BASE_URL", "https://api.hostex.io:0/v3", "allowed: an https address"),
        ("HOSTEX_AUTHORIZE_URL", "https://hostex.io:x/app", "allowed: an https address"),
        ("HOSTEX_MCP_PUBLIC_URL", "https://mcp.example.com:65536", "an https address without a path"),
        ("HOSTEX_API_TIMEOUT_SECONDS", "soon", "allowed: a number of seconds from 1 to 300"),
        ("HOSTEX_API_TIMEOUT_SECONDS", "0", "allowed: a number of seconds from 1 to 300"),
        ("HOSTEX_MCP_PUBLIC_URL", "http://mcp.example.com", "allowed: an https address"),
        ("HOSTEX_MCP_PUBLIC_URL", "https://mcp.example.com/hostex", "an https address without a path"),
        ("HOSTEX_MCP_PUBLIC_URL", "https://me@mcp.example.com", "an https address without a path"),
        ("HOSTEX_MCP_PUBLIC_URL", "https://MCP.example.com", "an https address without a path"),
        ("HOSTEX_MCP_CLIENT_DOCUMENTS", "never", "allowed: 1 or 0"),
        ("HOSTEX_MCP_OPERATOR", "x" * 81, "allowed: a name of at most 80 characters, on one line"),
        ("HOSTEX_MCP_CONTACT", "ask me", "allowed: an e-mail address, or the https address of a page"),
        ("HOSTEX_MCP_CONTACT", "a@b.example?bcc=c@d.example", "allowed: an e-mail address, or the https"),
        ("HOSTEX_MCP_CONTACT", "javascript:alert(1)", "allowed: an e-mail address, or the https address"),
        ("HOSTEX_MCP_PRIVACY_URL", "http://example.com/privacy", "allowed: the https address of a page"),
        ("HOSTEX_MCP_PRIVACY_URL", "https://me@example.com/", "allowed: the https address of a page"),
        ("HOSTEX_MCP_PRIVACY_URL", "https://[::1/", "allowed: the https address of a page"),
        ("HOSTEX_MCP_ALLOWED_ORIGINS", "*", "allowed: an https address"),
        ("HOSTEX_MCP_ALLOWED_ORIGINS", "tauri://*", "allowed: an https address"),
        ("HOSTEX_MCP_ALLOWED_ORIGINS", "null", "allowed: an https address"),
        ("HOSTEX_MCP_ALLOWED_ORIGINS", "file://localhost", "allowed: an https address"),
        ("HOSTEX_MCP_ALLOWED_ORIGINS", "http://app.example.com", "allowed: an https address"),
        ("HOSTEX_MCP_ALLOWED_HOSTS", "*", "allowed: names with their port"),
        ("HOSTEX_MCP_ALLOWED_HOSTS", "http://gateway:8000", "allowed: names with their port"),
        ("HOSTEX_MCP_ALLOWED_HOSTS", "*.example.com", "allowed: names with their port"),
        ("HOSTEX_MCP_TRUSTED_PROXIES", "everybody", "allowed: addresses or networks"),
        ("HOSTEX_MCP_REFRESH_GRACE_SECONDS", "3600", "allowed: a number of seconds from 0 to 600"),
        ("HOSTEX_MCP_WORKERS", "0", "allowed: a number from 1 to 64"),
        ("HOSTEX_MCP_WORKERS", "2.5", "allowed: a number from 1 to 64"),
        ("HOSTEX_MCP_PRICE_FLOOR", "nan", "allowed: an amount above 0"),
        ("HOSTEX_MCP_WAITING_CALLS", "0", "allowed: a number from 1 to 10000"),
        ("HOSTEX_AUTHORIZE_URL", "http://hostex.io/app/authorization", "allowed: an https address"),
    ],
)
def test_a_wrong_value_is_told_in_one_line_with_variable_value_and_what_is_allowed(
    variable: str, value: str, allowed: str
) -> None:
    line = problem({variable: value})
    assert line.startswith(f"{variable}={value}: ")
    assert allowed in line
    assert "\n" not in line


def test_plain_http_is_allowed_to_this_machine_only() -> None:
    for address in ("http://127.0.0.1:8787/v3/", "http://localhost:8787/v3", "http://[::1]:8787/v3"):
        assert load({"HOSTEX_API_BASE_URL": address}).api_base_url == address.rstrip("/")


def test_a_setting_that_does_not_exist_is_refused_naming_the_nearest() -> None:
    line = problem({"HOSTEX_MCP_READONLY": "1"})
    assert line == "HOSTEX_MCP_READONLY: is not a setting of this version; did you mean HOSTEX_MCP_READ_ONLY?"


@pytest.mark.parametrize("variable", ["HOSTEX_READ_ONLY", "HOSTEX_PRIVACY", "HOSTEX_PROPERTY_IDS"])
def test_a_setting_without_its_mcp_is_refused_and_not_lost(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable.replace("HOSTEX_", "HOSTEX_MCP_")):
        load({variable: "1"})


@pytest.mark.parametrize("token", ["two words", "línea", "a${HOSTEX_ACCESS_TOKEN}", "a\nb"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(token: str) -> None:
    line = problem({"HOSTEX_ACCESS_TOKEN": token})
    assert line.startswith("HOSTEX_ACCESS_TOKEN: must be the token exactly as")
    assert token not in line


def test_the_token_is_in_no_repr() -> None:
    settings = load({"HOSTEX_ACCESS_TOKEN": "secret-token-1234"})
    assert "secret-token-1234" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HOSTEX_CLIENT_SECRET", "two words"),
        ("HOSTEX_MCP_SECRET_KEYS", "fine,not fine"),
        ("HOSTEX_MCP_DATABASE_URL", "mysql://user:secret-password@db/hostex"),
    ],
)
def test_a_wrong_secret_is_refused_without_showing_it(variable: str, value: str) -> None:
    line = problem({variable: value})
    assert line.startswith(f"{variable}: ")
    assert value not in line


def test_the_settings_of_the_http_server_are_read() -> None:
    settings = load(
        {
            "HOSTEX_MCP_PUBLIC_URL": "https://mcp.example.com/",
            "HOSTEX_MCP_ALLOWED_ORIGINS": "https://app.example.com, http://localhost:3000, tauri://localhost",
            "HOSTEX_MCP_ALLOWED_HOSTS": "Host.docker.internal:8000, gateway",
            "HOSTEX_MCP_TRUSTED_PROXIES": "10.0.0.0/8,192.0.2.7",
            "HOSTEX_MCP_DATABASE_URL": "postgresql://user:secret-password@db/hostex",
            "HOSTEX_MCP_ACCOUNT_CALLS": "4",
        }
    )
    assert (settings.account_calls, settings.process_calls, settings.waiting_calls) == (4, 128, 256)
    assert settings.public_url == "https://mcp.example.com"
    origins = ("https://app.example.com", "http://localhost:3000", "tauri://localhost")
    assert settings.allowed_origins == origins
    assert settings.allowed_hosts == ("host.docker.internal:8000", "gateway")
    assert settings.trusted_proxies == ("10.0.0.0/8", "192.0.2.7/32")
    assert "secret-password" not in repr(settings)


def test_folders_of_pictures_are_separated_as_in_a_search_path(tmp_path: Path) -> None:
    (tmp_path / "rooms").mkdir()
    value = os.pathsep.join([str(tmp_path), "", str(tmp_path / "rooms")])
    assert load({"HOSTEX_MCP_IMAGE_FOLDERS": value}).image_folders == (tmp_path, tmp_path / "rooms")
    assert load({}).image_folders == ()


@pytest.mark.parametrize("folder", ["pictures", "/no/such/folder"])
def test_a_folder_of_pictures_exists_and_is_named_in_full(folder: str) -> None:
    line = problem({"HOSTEX_MCP_IMAGE_FOLDERS": folder})
    allowed = "allowed: absolute paths of existing directories"
    assert line.startswith(f"HOSTEX_MCP_IMAGE_FOLDERS={folder}: {allowed}")


def test_an_audit_trail_is_kept_in_a_file_only(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull)):
        assert "a file that can be written" in problem({"HOSTEX_MCP_AUDIT_LOG": str(path)})
