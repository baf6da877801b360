"""Whose stays and threads are one guest's, and who is found by what."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hostex_mcp.api.endpoints.messaging import ConversationSummary
from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.guests import GuestQuery, find_guests, near_names, phone_key, traces
from tests.domain.stay_samples import stay


def head(code: str, name: str, **card: str) -> ConversationSummary:
    row: dict[str, Any] = {
        "id": code,
        "channel_type": "airbnb",
        "last_message_at": datetime(2026, 6, 1, tzinfo=UTC),
        "guest": {"name": name, **card},
    }
    return ConversationSummary.model_validate(row)


def of(code: str, name: str, check_in: str = "2026-06-01", **facts: Any) -> Reservation:
    return stay(code, check_in, 2, guest_name=name, **facts)


def found(
    query: GuestQuery, *subjects: Reservation | ConversationSummary, contacts: bool = True
) -> list[list[str]]:
    """The codes of the stays and threads of each guest who is found, sorted."""
    stays = [subject for subject in subjects if isinstance(subject, Reservation)]
    heads = [subject for subject in subjects if isinstance(subject, ConversationSummary)]
    guests = find_guests(query, traces(stays, heads, contacts=contacts))
    return [
        sorted([*(own.stay_code for own in guest.stays), *(own.id for own in guest.threads)])
        for guest in guests
    ]


ANN = GuestQuery(name="ann")
SAME = {
    "a thread": ((of("s1", "Ann", conversation_id="t1"), head("t1", "Ann B."))),
    "an order": (of("s1", "Ann", reservation_code="o"), of("s2", "Ann's mother", reservation_code="o")),
    "a phone number": (
        of("s1", "Ann", guest_phone="+49 170 1234567"),
        of("s2", "A. Berg", guest_phone="00491701234567"),
    ),
    "an address": (
        of("s1", "Ann", guest_email="Ann@Example.com"),
        of("s2", "A.", guest_email="ann@example.com"),
    ),
    "a full name": (of("s1", "Ann Bérg", guest_phone="+491701234567"), of("s2", "ANN  BERG")),
    "a full name, a number without its country": (
        of("s1", "Ann Berg", guest_phone="+491701234567"),
        of("s2", "Ann Berg", guest_phone="01701234567"),
    ),
    "three things in a chain": (
        of("s1", "Ann", guest_phone="+491701234567"),
        of("s2", "A.", guest_phone="+491701234567", guest_email="a@example.com"),
        of("s3", "B.", guest_email="a@example.com"),
    ),
}
APART = {
    "a first name": (of("s1", "Ann"), of("s2", "Ann")),
    "a full name with two numbers": (
        of("s1", "Ann Berg", guest_phone="+491701234567"),
        of("s2", "Ann Berg", guest_phone="+33612345678"),
    ),
    "a number of two countries": (
        of("s1", "Ann", guest_phone="+351 900000005"),
        of("s2", "Ann", guest_phone="+41 900000005"),
    ),
    "no number at all": (of("s1", "Ann", guest_phone="000000000"), of("s2", "Ann", guest_phone="000000000")),
    "no address at all": (of("s1", "Ann", guest_email="-"), of("s2", "Ann", guest_email="-")),
}


@pytest.mark.parametrize("subjects", SAME.values(), ids=SAME)
def test_what_one_guest_has_in_common_makes_one_guest(subjects: Any) -> None:
    (codes,) = found(ANN, *subjects)
    assert len(codes) == len(subjects)


@pytest.mark.parametrize("subjects", APART.values(), ids=APART)
def test_what_others_have_too_does_not(subjects: Any) -> None:
    assert sorted(found(ANN, *subjects)) == [["s1"], ["s2"]]


def test_the_number_of_an_agency_joins_nobody() -> None:
    stays = [of(f"s{number}", f"Guest{number}", guest_phone="+491701234567") for number in range(5)]
    assert len(found(GuestQuery(phone=phone_key("+491701234567")), *stays)) == 5
    assert len(found(GuestQuery(phone=phone_key("+491701234567")), *stays[:4])) == 1


def test_contact_data_that_is_hidden_finds_and_joins_nobody() -> None:
    stays = [of("s1", "Ann", guest_phone="+491701234567"), of("s2", "Ann", guest_phone="+491701234567")]
    assert len(found(ANN, *stays, contacts=False)) == 2
    assert found(GuestQuery(phone=phone_key("+491701234567")), *stays, contacts=False) == []


def test_all_that_is_asked_for_has_to_fit_though_each_stands_elsewhere() -> None:
    both = [of("s1", "Ann", conversation_id="t1"), head("t1", "A.", phone="+491701234567")]
    other = of("s2", "Bob", guest_phone="+491709999999")
    assert found(GuestQuery(name="ann", phone="491701234567"), *both, other) == [["s1", "t1"]]
    assert found(GuestQuery(name="bob", phone="491701234567"), *both, other) == []


def test_a_number_is_found_with_its_country_and_without() -> None:
    ann = of("s1", "Ann", guest_phone="+49 (170) 123-4567")
    for written in ("+491701234567", "0049 170 1234567", "0170 1234567", "1701234567"):
        assert found(GuestQuery(phone=phone_key(written)), ann) == [["s1"]], written
    assert found(GuestQuery(phone=phone_key("0170 1234568")), ann) == []


@pytest.mark.parametrize("name", ["ines", "EXEMPLAR inês", "exem", "i e"])
def test_a_name_is_found_by_its_words_or_their_beginnings(name: str) -> None:
    assert found(GuestQuery(name=name), of("s1", "Inês Exemplar"), of("s2", "Thea Prototype")) == [["s1"]]


def test_whole_words_come_before_beginnings_and_other_guests_of_a_stay_count() -> None:
    companion = of("s2", "Bob", guests=[{"name": "Ann Lee"}])
    assert found(ANN, of("s1", "Anna"), companion) == [["s2"]]
    assert found(GuestQuery(name="小明"), of("s1", "王小明")) == [["s1"]]


def test_the_guest_of_the_latest_stay_comes_first() -> None:
    early, late = of("s1", "Ann A", "2024-01-01"), of("s2", "Ann B", "2027-01-01")
    assert found(ANN, early, late) == [["s2"], ["s1"]]


def test_names_that_are_near_are_offered() -> None:
    every = traces([of("s1", "Inês Exemplar"), of("s2", "Thea Prototype")], [], contacts=False)
    assert near_names("Ines Exmplar", every)[0] == "Inês Exemplar"
    assert near_names("Qqqq", every) == []
