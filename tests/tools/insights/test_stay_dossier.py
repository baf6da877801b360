"""A stay whole, found by code or by name."""

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
INES = "0-HMDEMO0005-ine005"


async def test_a_stay_is_shown_whole() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_stay", stay_code=INES)
    stay, money = answer["stay"], answer["money"]
    assert (stay["guest_name"], stay["property"], stay["nights"]) == ("Inês Exemplar", "Harbour Loft", 4)
    assert (stay["check_in_time"], stay["check_out_time"]) == ("22:30", "11:00")
    assert stay["lock_code"] == "set"
    assert stay["custom_fields"]["parking_spot"].count("B7") == 1
    assert money["rate"] == {"currency": "EUR", "amount": host.account.stays[INES]["rates"]["rate"]["amount"]}
    assert answer["thread"]["note"] == "Cot is in the store room. Train guests."
    assert answer["thread"]["guest_waits"] is True
    assert [message["author"] for message in answer["messages"]] == [
        "automation",
        "team",
        "guest",
        "team",
        "guest",
    ]
    assert {task["type"] for task in answer["tasks"]} == {"reception", "cleaning"}
    assert [plan["name"] for plan in answer["automations"]] == ["Send message: Check-out reminder"]
    assert "4821" not in str(answer)


@pytest.mark.parametrize("name", ["Inês Exemplar", "exemplar ines", "INES", "ine exem"])
async def test_a_guest_is_found_by_words_of_the_name_and_a_day_of_the_stay(name: str) -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_stay", guest_name=name, date="2026-06-17")
    assert answer["stay"]["stay_code"] == INES


async def test_several_that_fit_are_listed_and_none_is_guessed() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_stay", guest_name="Noor Voorbeeld")
    codes = [row["stay_code"] for row in answer["candidates"]]
    assert codes == ["0-HMDEMO0001-rep001", "0-HMDEMO0002-rep002"]
    assert "stay" not in answer


async def test_a_day_tells_two_stays_of_one_guest_apart() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_stay", guest_name="voorbeeld", date="2026-07-06")
    assert answer["stay"]["stay_code"] == "0-HMDEMO0002-rep002"


async def test_a_guest_who_is_not_there_on_the_day_is_offered_as_a_candidate() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_stay", guest_name="Ines Exemplar", date="2026-06-30")
    assert [row["stay_code"] for row in answer["candidates"]] == [INES]
    assert answer["notes"][0] == "None of these stays includes 2026-06-30."


async def test_an_order_of_two_units_lists_both_and_each_knows_the_other() -> None:
    async with world(NOON) as host:
        order = await host.ask("get_stay", reservation_code="2-4310000024-grp024")
        dossier = await host.ask("get_stay", stay_code="2-4310000024_1-grp024")
    codes = ["2-4310000024-grp024", "2-4310000024_1-grp024"]
    assert [row["stay_code"] for row in order["candidates"]] == codes
    assert dossier["stay"]["property"] == "Douro Room 2"
    assert [row["stay_code"] for row in dossier["other_stays"]] == codes[:1]


async def test_a_stay_that_is_over_has_its_money_and_its_review() -> None:
    async with world(NOON) as host:
        answer = await host.ask("get_stay", reservation_code="0-HMDEMO0007-rev007")
        entries = [
            entry["id"]
            for entry in host.account.transactions.values()
            if entry["reservation_code"] == "0-HMDEMO0007-rev007"
        ]
    assert sorted(entry["id"] for entry in answer["transactions"]) == sorted(entries)
    assert answer["review"]["guest_score"] == 5
    assert "host_review" not in answer["review"]


async def test_what_cannot_be_read_is_told_and_the_rest_is_there() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /transactions", times=None, code=403, message="No")
        answer = await host.ask("get_stay", stay_code=INES)
    assert answer["failed"] == [{"kind": "forbidden", "message": "transactions: No"}]
    assert answer["messages"]


async def test_nobody_of_that_name_and_no_such_code_are_not_found() -> None:
    async with world(NOON) as host:
        by_name = await host.answer("get_stay", guest_name="Nobody Atall")
        by_code = await host.answer("get_stay", stay_code="0-none-none")
    assert by_name["error"]["kind"] == by_code["error"]["kind"] == "not_found"


async def test_exactly_one_way_of_asking_is_taken() -> None:
    async with world(NOON) as host:
        none = await host.answer("get_stay")
        both = await host.answer("get_stay", stay_code=INES, guest_name="Ines")
    assert none["error"]["kind"] == both["error"]["kind"] == "invalid_arguments"


async def test_cancelled_stays_count_only_where_there_is_no_other() -> None:
    def cancel(account: SandboxAccount) -> None:
        account.stays[INES]["status"] = "cancelled"

    async with world(NOON, change=cancel) as host:
        answer = await host.ask("get_stay", guest_name="Ines Exemplar", date="2026-06-16")
    assert answer["stay"]["status"] == "cancelled"
