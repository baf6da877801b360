"""The briefing of a day, against the rows of the demo account."""

import re
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hostex_mcp.sandbox.lookups import iso
from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, arrival, each_moment
from tests.support.encoding import ENCODING
from tests.tools.insights.calendar_world import world
from tests.tools.insights.daily_truth import arrivals, departures, in_house, same_day
from tests.tools.sized_answers import both_halves

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

NOON = MOMENTS["an ordinary noon"]
STUDIO, VILLA, LOOP = 20110002, 20110009, 20110012


def codes(answer: Row, section: str) -> set[str]:
    return {row["stay_code"] for row in answer.get(section, [])}


def kinds(answer: Row) -> list[str]:
    return [row["kind"] for row in answer["warnings"]]


def counted(answer: Row, section: str) -> int:
    return len(answer.get(section, [])) + answer.get("more", {}).get(section, 0)


def twenty_properties(account: SandboxAccount) -> None:
    """Eight of the properties once more, with their stays, under other ids."""
    for old in list(account.properties)[:8]:
        new = old + 500
        account.properties[new] = deepcopy(account.properties[old]) | {"id": new, "title": f"Twin of {old}"}
        for stay in [stay for stay in account.stays.values() if stay["property_id"] == old]:
            code = f"{stay['stay_code']}x"
            twin = {"stay_code": code, "reservation_code": code, "property_id": new, "conversation_id": None}
            account.stays[code] = deepcopy(stay) | twin


@pytest.mark.parametrize("homes", [[STUDIO], [STUDIO, VILLA, LOOP]])
@each_moment
async def test_properties_without_a_time_zone_take_part(now: datetime, homes: list[int]) -> None:
    def unset(account: SandboxAccount) -> None:
        for home in homes:
            account.properties[home]["timezone"] = None

    async with world(now, change=unset) as host:
        answer = await host.briefing()
    assert "date" in answer


@pytest.mark.parametrize("name", ["Europe", "Nowhere/Here", "../Lisbon", "x" * 5_000, "\0", "ö"])
async def test_a_property_with_a_name_of_no_time_zone_has_the_days_of_utc(name: str) -> None:
    def rename(account: SandboxAccount) -> None:
        for place in account.properties.values():
            place["timezone"] = name

    async with world(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), change=rename) as host:
        for tool in ("get_daily_briefing", "get_turnover_plan", "check_arrival_readiness"):
            await host.ask(tool)
        assert (await host.briefing())["date"] == "2026-06-30"


async def test_a_stay_without_a_code_is_told() -> None:
    def forget(account: SandboxAccount) -> None:
        (stay,) = (stay for stay in account.stays.values() if stay["guest_name"] == "Patrick Standin")
        stay["stay_code"] = ""

    async with world(NOON, change=forget) as host:
        answer = await host.briefing()
    (arrival,) = (row for row in answer["arrivals"] if row["guest_name"] == "Patrick Standin")
    assert (arrival["time"], arrival["property"]) == ("17:00", "Loop Pied-à-terre")
    assert "stay_code" not in arrival


async def test_stays_without_a_code_are_all_told() -> None:
    def forget(account: SandboxAccount) -> None:
        for name in ("Patrick Standin", "Gustav Entwurf", "Camille Gabarit", "Felix Entwurf"):
            (stay,) = (stay for stay in account.stays.values() if stay["guest_name"] == name)
            stay["stay_code"] = ""

    async with world(NOON, change=forget) as host:
        answer = await host.briefing()
        told = {row["guest_name"] for name in ("arrivals", "requests") for row in answer[name]}
        assert {"Patrick Standin", "Gustav Entwurf", "Camille Gabarit", "Felix Entwurf"} <= told


async def test_a_task_without_a_type_is_told() -> None:
    def untyped(account: SandboxAccount) -> None:
        for task in list(account.tasks.values())[:2]:
            task |= {"type": None, "status": "pending", "expected_date": f"{NOON.date()}"}

    async with world(NOON, change=untyped) as host:
        answer = await host.briefing()
    assert answer["tasks"]
    assert not any("type" in row for row in answer["tasks"])


@each_moment
async def test_all_who_come_leave_ask_and_wait_are_told_and_those_in_house_counted(now: datetime) -> None:
    async with world(now) as host:
        answer = await host.briefing()
        waits = await host.ask("list_guests_waiting", limit=100, days=14)
    assert codes(answer, "arrivals") == arrivals(host.account, now)
    assert codes(answer, "departures") == departures(host.account, now)
    titles = {host.account.properties[ident]["title"] for ident in same_day(host.account, now)}
    assert {row["property"] for row in answer["turnovers"]} == titles
    assert codes(answer, "in_house") <= in_house(host.account, now)
    assert counted(answer, "in_house") == len(in_house(host.account, now))
    assert [row["guest_name"] for row in answer["waiting"]] == [row["guest_name"] for row in waits["items"]]
    assert {*answer.get("more", {})} <= {"in_house", "reviews", "tasks"}


async def test_the_first_ten_who_wait_are_told_with_their_words() -> None:
    async with world(NOON) as host:
        answer = await host.briefing()
    assert len(answer["waiting"]) > 10
    assert ["says" in row for row in answer["waiting"]] == [
        place < 10 for place in range(len(answer["waiting"]))
    ]


async def test_lists_of_a_morning_are_complete_up_to_fifty_rows() -> None:
    def crowd(account: SandboxAccount) -> None:
        (stay,) = (stay for stay in account.stays.values() if stay["guest_name"] == "Patrick Standin")
        for number in range(60):
            code = f"crowd-{number}"
            account.stays[code] = deepcopy(stay) | {"stay_code": code, "reservation_code": code}

    async with world(NOON, change=crowd) as host:
        answer = await host.briefing(property_ids=[LOOP])
    assert len(answer["arrivals"]) == 50
    assert answer["more"]["arrivals"] == 11


async def test_those_in_house_are_cut_before_reviews_and_these_before_tasks() -> None:
    def spread(account: SandboxAccount) -> None:
        for thread in account.conversations.values():
            for message in thread["messages"]:
                message["sender_role"] = "system"

    async with world(NOON, change=spread) as host:
        answer = await host.briefing()
    more = answer["more"]
    assert "tasks" not in more
    assert more["in_house"] == len(in_house(host.account, NOON))
    assert 0 < more["reviews"] < 12
    assert len(answer["reviews"]) == 12 - more["reviews"]


async def test_guests_whom_only_the_assistant_answered_come_last_and_are_counted() -> None:
    def assist(account: SandboxAccount) -> None:
        thread = next(
            thread for thread in account.conversations.values() if thread["guest"]["name"] == "Thea Prototype"
        )
        message = {"id": "m-new", "sender_role": "host", "sender_name": "HostGPT", "content": "Hello"}
        sent: dict[str, object] = {"created_at": iso(NOON), "display_type": "Text", "sources": []}
        thread["messages"].insert(0, message | sent)

    async with world(NOON, change=assist) as host:
        answer = await host.briefing()
    assert answer["waiting"][-1]["guest_name"] == "Thea Prototype"
    assert answer["waiting"][-1]["auto_reply"] == "assistant"
    assert "Answered only by Hostex's assistant, and so last among the waiting: 1." in answer["notes"]


async def test_stays_of_properties_that_hostex_does_not_list_are_said() -> None:
    def forget(account: SandboxAccount) -> None:
        del account.properties[STUDIO]

    async with world(NOON, change=forget) as host:
        answer = await host.briefing()
        narrowed = await host.briefing(property_ids=[LOOP])
    (note,) = (
        note for note in answer["notes"] if note.split()[1].startswith("stay") and "does not list" in note
    )
    assert re.match(r"\d+ stays are left out, of properties that Hostex does not list: ", note)
    assert "2-4310000010-std010" in note
    assert not [note for note in narrowed["notes"] if "does not list" in note]


async def test_how_far_requests_are_looked_for_is_said() -> None:
    async with world(NOON) as host:
        answer = await host.briefing()
    (note,) = (note for note in answer["notes"] if note.startswith("Requests beyond "))
    assert date.fromisoformat(note.split()[2].rstrip(":")) > NOON.date() + timedelta(days=730)
    assert note.endswith(": by guest threads alone.")


async def test_requests_that_threads_tell_of_too_many_far_years_are_not_all_read_and_it_is_said() -> None:
    def dream(account: SandboxAccount) -> None:
        for number, row in enumerate(list(account.conversations.values())[:7]):
            row["activities"][0] |= {"check_in_date": f"{2040 + number}-01-01"}
            row["activities"][0] |= {"check_out_date": f"{2040 + number}-01-09"}

    async with world(NOON, change=dream) as host:
        answer = await host.briefing()
    (note,) = (note for note in answer["notes"] if note.startswith("Requests beyond "))
    assert note.endswith(": by guest threads alone, none beyond 2045-01-08.")


async def test_the_text_reads_as_a_morning_most_urgent_first() -> None:
    async with world(NOON) as host:
        await host.briefing()
        _, text = await both_halves(host, "get_daily_briefing")
    lines = text.splitlines()
    assert lines[:13] == [
        "Monday 15 Jun 2026",
        "",
        "Needs you first (7)",
        "- Request about to lapse: Lucia Boceto, Foz Beach Villa, arriving Tue 30 Jun, lapses in 4 h "
        "[4-HA8DEMO19-req019]",
        "- No cleaning before the next guest: Harbour Studio",
        "- No door code set: Filipa Exemplar, Belém Riverside Flat, Tue 16 Jun [2-5917972360-aowhoc]",
        "- Balance to collect: Patrick Standin, Loop Pied-à-terre, $378.50",
        "- Channel disconnected: agoda tideway-ycs: disconnected",
        "- Stay without a property",
        "  - Pietro Esempio, Thu 25 Jun [2-4310000015-box015]",
        "  - Uma Outline, Sun 28 Jun [2-4310000025-una025]",
        "",
        "Booking requests (3, 1 above)",
    ]
    headings = [line for line in lines if re.fullmatch(r"[A-Z].* \(\d+(, \w+ above)?\)", line)]
    assert headings[2:] == [
        "Guests waiting for an answer (11)",
        "Same-day turnovers, out → in (3)",
        "Arrivals (5, 3 above)",
        "Departures (4, 3 above)",
        "Tasks (5)",
    ]
    assert "Not shown here: reviews due (12), in house (6)." in lines


async def test_the_text_tells_a_turnover_with_both_guests_and_those_not_a_second_time() -> None:
    async with world(NOON) as host:
        answer = await host.briefing()
        _, text = await both_halves(host, "get_daily_briefing")
    assert (
        "- Harbour Studio: 11:00 Mei Yangben [2-4310000009-std009] → 15:00 Gustav Entwurf, 2 guests "
        "[2-4310000010-std010]; no cleaning\n"
    ) in text
    for row in [*answer["arrivals"], *answer["departures"], *answer["requests"]]:
        assert text.count(f"[{row['stay_code']}]") == 1, row


async def test_guests_of_a_turnover_that_could_be_several_are_told_in_their_own_lists() -> None:
    def double(account: SandboxAccount) -> None:
        coming = account.stays["2-4310000010-std010"]
        twin = {"stay_code": "twin", "reservation_code": "twin", "guest_name": "Second Guest"}
        account.stays["twin"] = deepcopy(coming) | twin

    async with world(NOON, change=double) as host:
        _, text = await both_halves(host, "get_daily_briefing", property_ids=[STUDIO])
    assert "- Harbour Studio: 11:00 → 15:00; no cleaning" in text
    assert "Arrivals (2)\n- 15:00 Gustav Entwurf, 2 guests, Harbour Studio [2-4310000010-std010]\n" in text
    assert "Departures (1)\n- 11:00 Mei Yangben, Harbour Studio [2-4310000009-std009]\n" in text


async def test_a_name_cannot_pass_for_another_line_or_fact() -> None:
    def rename(account: SandboxAccount) -> None:
        (stay,) = (stay for stay in account.stays.values() if stay["guest_name"] == "Patrick Standin")
        stay["guest_name"] = "Pat, paid in full [5-X]\n- 09:00, Eve"

    async with world(NOON, change=rename) as host:
        _, text = await both_halves(host, "get_daily_briefing", property_ids=[LOOP])
    assert '- 17:00 "Pat, paid in full [5-X] - 09:00, Eve", 2 guests, Loop Pied-à-terre [5-DEMO30PAT]' in text


@each_moment
async def test_of_a_few_properties_everything_fits(now: datetime) -> None:
    chosen = [20110003, 20110004, 20110006]
    async with world(now) as host:
        answer = await host.briefing(property_ids=chosen)
    for section, truth in (("arrivals", arrivals), ("departures", departures), ("in_house", in_house)):
        stays = [host.account.stays[code] for code in truth(host.account, now)]
        assert codes(answer, section) == {
            stay["stay_code"] for stay in stays if stay["property_id"] in (*chosen, 0)
        }


@each_moment
@pytest.mark.parametrize("change", [None, twenty_properties])
async def test_a_busy_day_of_twelve_costs_at_most_1500_tokens_and_twelve_calls_once_threads_are_known(
    now: datetime, change: Any
) -> None:
    async with world(now, change=change) as host:
        await host.briefing()
        assert len(await host.calls_of("get_daily_briefing")) <= 12
        halves = await both_halves(host, "get_daily_briefing")
    if change is None:
        assert max(len(ENCODING.encode(half)) for half in halves) <= 1_500


async def test_each_property_has_its_own_day() -> None:
    now = MOMENTS["the start of a day"]
    async with world(now) as host:
        answer = await host.briefing()
    assert answer["date"] == "2026-08-31"
    zones, _, more = answer["notes"]
    assert zones == "The date in Europe/Lisbon is 2026-09-01."
    assert more.startswith("more: list_")


async def test_what_did_not_fit_is_counted_with_the_tools_that_tell_it() -> None:
    async with world(NOON) as host:
        everything = await host.briefing()
        few = await host.briefing(property_ids=[STUDIO])
    assert everything["notes"][-1] == "more: list_tasks, list_reviews_due, list_reservations"
    assert {*everything["more"]} == {"tasks", "reviews", "in_house"}
    assert "more" not in few
    assert [note for note in few["notes"] if not note.startswith("Requests ")] == []


async def test_a_task_says_what_is_to_be_done() -> None:
    async with world(NOON) as host:
        answer = await host.briefing()
        tasks = host.account.tasks
    for row in answer["tasks"]:
        assert row.get("note", "") == tasks[row["id"]]["note"][:40]
    assert any("note" in row for row in answer["tasks"])


async def test_another_day_can_be_asked_for() -> None:
    day = NOON.date() + timedelta(days=1)
    async with world(NOON) as host:
        answer = await host.briefing(date=day.isoformat(), property_ids=[20110006])
    assert answer["date"] == day.isoformat()
    assert [row["guest_name"] for row in answer["arrivals"]] == ["Haruto Mihon"]
    assert answer["arrivals"][0]["time"] == "15:00"


async def test_a_turnover_without_cleaning_and_a_lapsing_request_come_first() -> None:
    async with world(NOON) as host:
        answer = await host.briefing()
    request, turnover = answer["warnings"][:2]
    assert (request["kind"], request["guest_name"]) == ("request_expiring", "Lucia Boceto")
    assert request["detail"] == "lapses in 4 h"
    assert (turnover["kind"], turnover["property"]) == ("turnover_without_cleaning", "Harbour Studio")
    assert turnover["detail"] == "out 11:00, in 15:00"


async def test_a_balance_to_collect_is_told_and_that_of_a_channel_is_not() -> None:
    async with world(NOON) as host:
        direct = await host.briefing(property_ids=[LOOP])
        airbnb = await host.briefing(property_ids=[20110001])
    due = [row for row in direct["warnings"] if row["kind"] == "balance_due"]
    assert [(row["guest_name"], row["detail"]) for row in due] == [("Patrick Standin", "$378.50")]
    assert "balance_due" not in kinds(airbnb)


async def test_stays_without_a_property_and_overlaps_of_the_coming_month_are_told() -> None:
    def overlap(account: SandboxAccount) -> None:
        for channel in account.channel_accounts.values():
            channel["auth_status"] = "active"
        stay = next(stay for stay in account.stays.values() if stay["guest_name"] == "Ida Skisse")
        stay["property_id"] = VILLA
        for ident in [home for home in account.properties if home not in {VILLA, LOOP}]:
            del account.properties[ident]

    async with world(NOON, change=overlap) as host:
        narrowed = await host.briefing(property_ids=[VILLA, LOOP])
        everything = await host.briefing()
    overlapping = [row for row in narrowed["warnings"] if row["kind"] == "overlapping_stays"]
    assert [row["guest_name"] for row in overlapping] == ["Ida Skisse"]
    assert "6 nights as Magnus Kladde" in overlapping[0]["detail"]
    assert overlapping[0]["date"] == "2026-06-21"
    homeless = {row["guest_name"] for row in everything["warnings"] if row["kind"] == "unallocated_stay"}
    assert homeless == {"Uma Outline", "Pietro Esempio"}
    assert "unallocated_stay" not in kinds(narrowed)


async def test_a_channel_that_is_cut_off_is_told() -> None:
    async with world(NOON) as host:
        answer = await host.briefing(property_ids=[20110011])
    cut_off = [row["detail"] for row in answer["warnings"] if row["kind"] == "channel_disconnected"]
    assert cut_off == ["agoda tideway-ycs: disconnected"]


async def test_a_stay_of_many_months_is_not_lost() -> None:
    def settle(account: SandboxAccount) -> None:
        for code in [code for code, stay in account.stays.items() if stay["property_id"] == LOOP]:
            account.stays[code]["status"] = "cancelled"
        long = next(stay for stay in account.stays.values() if stay["property_id"] == LOOP)
        dates = {"check_in_date": "2026-02-01", "check_out_date": "2026-12-01"}
        account.stays["long"] = long | dates | {"stay_code": "long", "status": "accepted"}

    async with world(NOON, change=settle) as host:
        answer = await host.briefing(property_ids=[LOOP])
        assert codes(answer, "in_house") == {"long"}


async def test_what_cannot_be_read_is_told_and_the_rest_is_there() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", "GET /tasks", times=None, code=403, message="No")
        answer = await host.briefing(property_ids=[STUDIO])
    assert answer["failed"] == [{"kind": "forbidden", "message": "tasks: No"}]
    assert [row["guest_name"] for row in answer["arrivals"]] == ["Gustav Entwurf"]


async def test_nothing_is_briefed_when_everything_fails() -> None:
    async with world(NOON) as host:
        host.sandbox.faults.add("envelope", None, times=None, code=403, message="No")
        answer = await host.answer("get_daily_briefing")
    assert answer["error"]["kind"] == "forbidden"


async def test_an_unknown_property_or_group_is_refused_by_name() -> None:
    async with world(NOON) as host:
        home = await host.answer("get_daily_briefing", property_ids=[1])
        group = await host.answer("get_daily_briefing", group_id=1)
    assert [field["field"] for field in home["error"]["fields"]] == ["property_ids"]
    assert [field["field"] for field in group["error"]["fields"]] == ["group_id"]


async def test_a_group_is_briefed_alone() -> None:
    async with world(NOON) as host:
        answer = await host.briefing(group_id=7103)
    rows = [
        row for section in ("arrivals", "departures", "in_house", "tasks") for row in answer.get(section, [])
    ]
    assert {row["property_id"] for row in rows if "property_id" in row} <= {20110010, 20110011, 20110012}
    assert codes(answer, "arrivals") == {
        stay["stay_code"]
        for stay in host.account.stays.values()
        if stay["property_id"] in (20110010, 20110011, 20110012)
        and stay["status"] == "accepted"
        and arrival(stay) == date(2026, 6, 15)
    }


async def test_an_account_without_properties_has_an_empty_day() -> None:
    def clear(account: SandboxAccount) -> None:
        for rows in (
            account.properties,
            account.stays,
            account.conversations,
            account.tasks,
            account.reviews,
        ):
            rows.clear()
        account.channel_accounts.clear()

    async with world(datetime(2026, 6, 15, 12, tzinfo=UTC), change=clear) as host:
        answer = await host.briefing()
    assert answer["date"] == "2026-06-15"
    assert answer["arrivals"] == [] == answer["warnings"]
    assert "more" not in answer


async def test_properties_that_share_a_title_are_told_apart_by_their_ids_and_no_others() -> None:
    def same_title(account: SandboxAccount) -> None:
        account.properties[LOOP]["title"] = account.properties[VILLA]["title"].upper()

    async with world(NOON, change=same_title) as host:
        answer = await host.briefing()
        _, text = await both_halves(host, "get_daily_briefing")
        narrowed = await host.briefing(property_ids=[LOOP])
    named = ("warnings", "requests", "waiting", "arrivals", "departures", "tasks", "reviews", "in_house")
    rows: list[Row] = [row for name in named for row in answer.get(name, [])]
    shared = {row.get("property_id") for row in rows if "FOZ BEACH VILLA" in row.get("property", "").upper()}
    assert shared == {LOOP, VILLA}
    assert {row["property_id"] for row in rows if "property_id" in row} == shared
    assert f"FOZ BEACH VILLA [{LOOP}]" in text
    assert {row["property_id"] for row in narrowed["arrivals"]} == {LOOP}
