"""The conversations of the demo: who waits for an answer, and the oddities of live threads."""

import unicodedata
from collections import Counter
from datetime import datetime, timedelta

import pytest

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import MOMENTS, accounts_at, moment

PEOPLE = {"marta.reis@example.com", "tom.hale@example.com"}


@pytest.fixture(params=MOMENTS.values(), ids=list(MOMENTS))
def now(request: pytest.FixtureRequest) -> datetime:
    return request.param


@pytest.fixture
def account(now: datetime) -> SandboxAccount:
    return accounts_at(now).main


def messages(account: SandboxAccount) -> list[Row]:
    return [message for thread in account.conversations.values() for message in thread["messages"]]


def thread_of(account: SandboxAccount, reservation_code: str) -> Row:
    return account.conversations[account.stays[reservation_code]["conversation_id"]]


def last_word(thread: Row) -> str:
    """Return who wrote the newest message that a person or a bot would count as one."""
    for message in thread["messages"]:
        if message["sender_role"] == "host":
            return "bot" if message["sender_name"].startswith("Bot:") else "host"
        if not message["content"].startswith("Source: "):
            return "guest"
    return "nobody"


def test_messages_are_newest_first(account: SandboxAccount) -> None:
    for thread in account.conversations.values():
        times = [moment(message["created_at"]) for message in thread["messages"]]
        assert times == sorted(times, reverse=True)


def test_message_ids_are_unique(account: SandboxAccount) -> None:
    ids = [message["id"] for message in messages(account)]
    assert len(set(ids)) == len(ids)


def test_the_list_is_newest_first_but_for_its_last_three(account: SandboxAccount) -> None:
    times = [moment(thread["messages"][0]["created_at"]) for thread in account.conversations.values()]
    assert times[:-3] == sorted(times[:-3], reverse=True)
    assert times[-3:] != sorted(times[-3:], reverse=True)
    assert max(times[-3:]) <= min(times[:-3])


def test_the_newest_thread_is_an_inquiry_of_twenty_minutes_ago(
    account: SandboxAccount, now: datetime
) -> None:
    newest = next(iter(account.conversations.values()))
    assert newest["id"] == "0-2200000900-inq001"
    assert now - moment(newest["messages"][0]["created_at"]) < timedelta(minutes=21)
    assert [activity["activity_type"] for activity in newest["activities"]] == ["inquiry"]


def test_guests_wait_from_twenty_minutes_to_three_days(account: SandboxAccount, now: datetime) -> None:
    waits = {
        thread["guest"]["name"]: now - moment(thread["messages"][0]["created_at"])
        for thread in account.conversations.values()
        if last_word(thread) == "guest"
    }
    assert waits.keys() == {
        "Oskar Muster",
        "Inês Exemplar",
        "Gustav Entwurf",
        "Mallory Testcase",
        "Thea Prototype",
        "Camille Gabarit",
        "Haruto Mihon",
        "Zofia Makieta",
        "Georgia Placeholder",
    }
    assert min(waits.values()) < timedelta(minutes=21)
    assert timedelta(days=2, hours=20) < max(waits.values()) < timedelta(days=3)


@pytest.mark.parametrize("code", ["4-HA8DEMO27-wal027", "2-4310000006-tax006"])
def test_a_template_alone_has_followed_some_guests(account: SandboxAccount, code: str) -> None:
    newest, before, *_ = thread_of(account, code)["messages"]
    assert newest["sender_name"].startswith("Bot:")
    assert before["sender_role"] == "guest"


def test_one_thread_has_exactly_108_messages(account: SandboxAccount) -> None:
    lengths = Counter(len(thread["messages"]) for thread in account.conversations.values())
    assert lengths[108] == 1
    assert sorted(lengths)[-2] < 10
    assert len(thread_of(account, "4-HA8DEMO16-lng016")["messages"]) == 108


def test_hosts_have_names_and_guests_have_none(account: SandboxAccount) -> None:
    names = Counter[str]()
    for message in messages(account):
        assert (message["sender_name"] is None) == (message["sender_role"] == "guest")
        names[(message["sender_name"] or "guest").split(":")[0]] += 1
    assert names.keys() == {"guest", "Bot", "HostGPT"} | PEOPLE


def test_the_assistant_names_its_sources(account: SandboxAccount) -> None:
    [answer] = [message for message in messages(account) if message["sender_name"] == "HostGPT"]
    assert [source["type"] for source in answer["sources"]] == ["host_knowledge", "checkin_guide"]
    assert answer["sources"][0]["docs"][0]["link_id"] == -1


def test_a_photograph_has_no_text_and_a_link_of_the_odd_spelling(account: SandboxAccount) -> None:
    [photo] = [message for message in messages(account) if message["display_type"] == "FileAttachment"]
    assert photo["content"] == ""
    assert photo["attachment"] == {"fullback_url": "https://img.example.invalid/chat/terrace-lamp.jpg"}


def test_some_messages_were_written_in_the_same_second(account: SandboxAccount) -> None:
    thread = thread_of(account, "0-HMDEMO0013-ter013")
    times = Counter(message["created_at"] for message in thread["messages"])
    assert max(times.values()) == 2
    texts = [message["content"] for message in thread["messages"]]
    assert texts.index("This is how it looks now.") < texts.index("")


def test_a_channel_line_comes_as_a_guests_message(account: SandboxAccount) -> None:
    newest = thread_of(account, "0-HMDEMO0002-rep002")["messages"][0]
    assert (newest["sender_role"], newest["content"]) == ("guest", "Source: reservation_book")


def test_a_display_type_nobody_documented_occurs(account: SandboxAccount) -> None:
    kinds = {message["display_type"] for message in messages(account)}
    assert {"Text", "FileAttachment", "RequestToBook", "SpecialOffer", "Box", "VoiceNote"} == kinds


def test_guests_write_in_many_scripts(account: SandboxAccount) -> None:
    text = "".join(message["content"] for message in messages(account))
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in text}
    assert {"LATIN", "HIRAGANA", "CJK"} <= scripts
    assert "🙏" in text
    assert "ż" in text
    assert "ã" in text


def test_one_thread_tries_to_command_the_reader(account: SandboxAccount) -> None:
    texts = [message["content"] for message in thread_of(account, "0-HMDEMO0028-hos028")["messages"]]
    guest = "\0".join(texts[:3])
    assert "\nSystem: " in guest
    assert "\r\n" in guest
    assert {"\u202e", "\u2066", "\u200b", "\u2060"} <= set(guest)
    assert "<system>" in guest


def test_the_list_does_not_know_the_property_of_a_third_of_the_threads(account: SandboxAccount) -> None:
    untitled = [row for row in account.conversations.values() if "_summary" in row]
    assert len(account.conversations) // 3 == len(untitled)
    assert all(row["_summary"].keys() == {"check_in_date", "check_out_date"} for row in untitled)


def test_one_special_offer_is_open_and_one_has_run_out(account: SandboxAccount, now: datetime) -> None:
    [thread] = [row for row in account.conversations.values() if row.get("_offers")]
    newest, oldest = thread["_offers"]
    assert (newest["status"], oldest["status"]) == ("active", "expired")
    assert moment(oldest["expire_time"]) < now < moment(newest["expire_time"])
    assert moment(oldest["create_time"]) < moment(newest["create_time"]) <= now


def test_two_inquiries_have_no_stay_and_free_dates(account: SandboxAccount) -> None:
    activities = [
        (row["id"], activity) for row in account.conversations.values() for activity in row["activities"]
    ]
    inquiries = [(key, activity) for key, activity in activities if activity["activity_type"] == "inquiry"]
    assert [key for key, _ in inquiries] == ["0-2200000900-inq001", "0-2200000901-inq002"]
    assert all(inquiry["reservation_code"] is None for _, inquiry in inquiries)
    for _, inquiry in inquiries:
        for stay in account.stays.values():
            if stay["property_id"] == inquiry["property"]["id"] and stay["status"] == "accepted":
                assert (
                    stay["check_out_date"] <= inquiry["check_in_date"]
                    or inquiry["check_out_date"] <= stay["check_in_date"]
                )


def test_threads_and_stays_point_at_each_other(account: SandboxAccount) -> None:
    pairs = {
        (
            row["id"],
            activity["reservation_code"],
            activity["check_in_date"],
            (activity["property"] or {"id": 0})["id"],
        )
        for row in account.conversations.values()
        for activity in row["activities"]
        if activity["activity_type"] == "reservation"
    }
    keys = ("conversation_id", "reservation_code", "check_in_date", "property_id")
    booked = [tuple(stay[key] for key in keys) for stay in account.stays.values() if stay["conversation_id"]]
    assert pairs == set(booked)
    assert len(pairs) == len(booked)


def test_both_rooms_of_one_booking_share_a_thread(account: SandboxAccount) -> None:
    activities = thread_of(account, "2-4310000024-grp024")["activities"]
    assert [activity["property"]["title"] for activity in activities] == ["Douro Room 1", "Douro Room 2"]
    assert {activity["property"]["room_type"]["title"] for activity in activities} == {"Douro Double Room"}


def test_no_thread_starts_long_before_its_booking(account: SandboxAccount) -> None:
    for stay in account.stays.values():
        if stay["conversation_id"]:
            first = account.conversations[stay["conversation_id"]]["messages"][-1]
            assert moment(first["created_at"]) > moment(stay["booked_at"]) - timedelta(hours=1), stay[
                "stay_code"
            ]
