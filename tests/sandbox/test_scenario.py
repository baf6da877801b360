"""Ten days that happen to an account by a script."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hostex_mcp.sandbox import Sandbox
from hostex_mcp.sandbox.scenario import Scenario
from hostex_mcp.sandbox.state import SandboxAccount

START = datetime(2026, 6, 15, 8, tzinfo=UTC)


def scenario() -> tuple[Scenario, SandboxAccount]:
    account = Sandbox(now=lambda: START).accounts.main
    return Scenario(account, START), account


def test_the_same_happens_hour_by_hour_as_at_once() -> None:
    (by_the_hour, account), (at_once, other) = scenario(), scenario()
    for hour in range(241):
        by_the_hour.advance(START + timedelta(hours=hour))
    at_once.advance(at_once.end)
    assert by_the_hour.happened == at_once.happened
    assert account.stays == other.stays
    assert account.rates == other.rates
    assert len({happening.kind for happening in at_once.happened}) > 20
    times = [happening.at for happening in at_once.happened]
    assert times == sorted(times)
    assert START < times[0] < times[-1] <= at_once.end


def test_what_is_said_to_have_happened_is_what_the_account_shows() -> None:
    script, account = scenario()
    script.advance(script.end)
    after = {(happening.kind, happening.subject): happening.after for happening in script.happened}
    shown: dict[str, Callable[[str], str]] = {
        "dates of a stay": lambda code: account.stays[code]["check_out_date"],
        "guests of a stay": lambda code: f"{account.stays[code]['number_of_guests']}",
        "amount of a stay": lambda code: f"{account.stays[code]['rates']['rate']['amount']}",
        "property of a stay": lambda code: f"{account.stays[code]['property_id']}",
        "channel account": lambda code: account.channel_accounts[int(code)]["auth_status"],
        "money changed": lambda code: f"{account.transactions[int(code)]['amount']}",
    }
    checked = [(kind, code) for kind, code in after if kind in shown]
    assert {kind for kind, _ in checked} == set(shown)
    for kind, code in checked:
        assert shown[kind](code) == after[kind, code]


def test_nothing_happens_before_its_time() -> None:
    script, account = scenario()
    before = len(account.stays)
    assert script.advance(START + timedelta(hours=2)) == []
    assert len(account.stays) == before
    assert [happening.kind for happening in script.advance(START + timedelta(hours=4))] == ["booking"]
