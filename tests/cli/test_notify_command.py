"""`hostex-mcp notify --test` against a service that receives notices on this machine."""

import sys
from collections.abc import Generator

import pytest
from click.testing import CliRunner, Result

from hostex_mcp.cli import main
from tests.cli.receiving import SECRET, Service, receiving


@pytest.fixture
def service() -> Generator[Service]:
    with receiving() as service:
        yield service


def notify(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> Result:
    if addresses:
        monkeypatch.setenv("HOSTEX_MCP_NOTIFY", " ".join(addresses))
    return CliRunner().invoke(main, ["notify", "--test"])


def test_a_test_notice_reaches_every_address(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    result = notify(monkeypatch, service.address, service.address)
    assert result.exit_code == 0
    assert result.output.splitlines() == ["1. JSON: sent", "2. JSON: sent"]
    assert [notice["title"] for notice in service.notices] == ["Hostex: a test notice"] * 2


def test_a_notice_that_did_not_arrive_fails_the_command_and_shows_no_secret(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.status = 500
    result = notify(monkeypatch, service.address)
    assert result.exit_code == 1
    assert "1. JSON: NOT sent" in result.output
    assert SECRET not in result.output + result.stderr


def test_quiet_hours_do_not_hold_the_test_and_are_named(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTEX_MCP_QUIET_HOURS", "00:00-23:59")
    monkeypatch.setenv("HOSTEX_MCP_TIME_ZONE", "Asia/Tokyo")
    result = notify(monkeypatch, service.address)
    assert "1. JSON: sent" in result.output
    assert "until 23:59" in result.output


def test_without_addresses_the_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    result = notify(monkeypatch)
    assert result.exit_code == 2
    assert "HOSTEX_MCP_NOTIFY is not set" in result.stderr


def test_an_unreadable_address_is_named_by_its_place_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    result = notify(monkeypatch, "ntfy://topic", f"nonsense://user:{SECRET}@host")
    assert result.exit_code == 2
    assert "cannot read address 2" in result.stderr
    assert SECRET not in result.stderr


def test_without_the_package_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    result = notify(monkeypatch, "ntfy://topic")
    assert result.exit_code == 2
    assert "pip install 'hostex-mcp[notify]'" in result.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HOSTEX_MCP_NOTIFY", "my-topic"),
        ("HOSTEX_MCP_QUIET_HOURS", "22-7"),
        ("HOSTEX_MCP_QUIET_HOURS", "22:00-22:00"),
        ("HOSTEX_MCP_QUIET_HOURS", "22:00"),
        ("HOSTEX_MCP_TIME_ZONE", "Mars/Phobos"),
        ("HOSTEX_MCP_TIME_ZONE", "../etc/passwd"),
    ],
)
def test_a_setting_that_cannot_be_read_says_what_it_takes(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    result = CliRunner().invoke(main, ["notify", "--test"])
    assert result.exit_code == 2
    assert variable in result.stderr
    assert ("such as" in result.stderr) or ("two times" in result.stderr)
