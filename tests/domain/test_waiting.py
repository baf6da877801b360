import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.domain.waiting import homes, subject_of, unanswered, waiting
from tests.domain.message_samples import NOW, activity, thread
from tests.domain.stay_samples import stay

TODAY = date(2026, 6, 15)


def today(property_id: int) -> date:
    return TODAY


@pytest.mark.parametrize(
    ("signs", "messages", "hours"),
    [
        ("g", 1, 1),
        ("hg", 1, 1),
        ("ghggg", 3, 3),
        ("hgb", 1, 2),
        ("hga", 1, 2),
        ("hgs", 1, 2),
        ("hgc", 1, 2),
        ("hgag", 1, 1),
        ("hgga", 2, 3),
        ("hgbgcg", 3, 5),
        ("hgbg", 2, 3),
        ("bg", 1, 1),
    ],
)
def test_a_guest_waits_since_the_first_message_that_no_person_answered(
    signs: str, messages: int, hours: int
) -> None:
    guest = unanswered(thread(signs))
    assert guest is not None
    assert len(guest.messages) == messages
    assert guest.since is not None
    assert (NOW - guest.since).total_seconds() == hours * 3600


@pytest.mark.parametrize("signs", ["", "h", "b", "gh", "ghb", "ghs", "gha", "s", "c", "hc", "ghc", "go"])
def test_who_was_answered_by_a_person_or_has_said_nothing_does_not_wait(signs: str) -> None:
    assert unanswered(thread(signs)) is None


def test_something_automatic_after_the_guest_is_told_and_before_is_not() -> None:
    answer = {
        signs: getattr(unanswered(thread(signs)), "auto_reply", "")
        for signs in ("gb", "bg", "ga", "gba", "ag")
    }
    assert answer == {"gb": "template", "bg": None, "ga": "assistant", "gba": "assistant", "ag": None}


@given(st.text("ghbasco", max_size=12))
def test_a_guest_waits_just_when_the_last_person_who_spoke_is_the_guest(signs: str) -> None:
    spoken = re.sub("[bsc]", "", signs).replace("o", "h")
    open_ones = re.search("(g+)(a*)$", spoken)
    guest = unanswered(thread(signs))
    assert (guest is not None) is (open_ones is not None)
    if guest and open_ones:
        assert len(guest.messages) == len(open_ones[1])
        assert (guest.auto_reply == "assistant") is bool(open_ones[2])


@pytest.mark.parametrize(
    ("come", "nights", "changes", "standing", "days"),
    [
        ("2026-06-14", 3, {}, "in_house", None),
        ("2026-06-12", 3, {}, "in_house", None),
        ("2026-06-12", 3, {"stay_status": "stay_completed"}, "past", None),
        ("2026-06-11", 3, {}, "past", None),
        ("2026-06-15", 3, {}, "arriving", 0),
        ("2026-06-15", 3, {"stay_status": "in_house"}, "in_house", None),
        ("2026-06-18", 3, {}, "arriving", 3),
        ("2026-06-18", 3, {"status": "wait_accept"}, "request", None),
        ("2026-06-18", 3, {"status": "wait_pay"}, "request", None),
        ("2026-06-18", 3, {"status": "cancelled"}, "cancelled", None),
        ("2026-06-18", 3, {"status": "denied"}, "cancelled", None),
    ],
)
def test_where_a_guest_stands_by_the_stay(
    come: str, nights: int, changes: dict[str, str], standing: str, days: int | None
) -> None:
    subject = subject_of(thread("g"), [stay("A", come, nights, conversation_id="t-1", **changes)], today)
    assert (subject.standing, subject.days) == (standing, days)


@pytest.mark.parametrize(
    ("kind", "come", "leave", "standing"),
    [
        ("inquiry", "2026-06-20", "2026-06-22", "inquiry"),
        ("inquiry", "2026-06-10", "2026-06-22", "past"),
        ("reservation", "2026-06-10", "2026-06-22", "in_house"),
        ("reservation", "2026-06-20", "2026-06-22", "arriving"),
        ("reservation", "2026-06-01", "2026-06-02", "past"),
    ],
)
def test_where_a_guest_stands_by_what_the_thread_says(
    kind: str, come: str, leave: str, standing: str
) -> None:
    assert subject_of(thread("g", activity(kind, come, leave)), [], today).standing == standing


def test_a_stay_that_is_known_counts_for_more_than_what_the_thread_says_of_it() -> None:
    mention = activity("reservation", "2026-06-14", "2026-06-16", reservation_code="A")
    moved = stay("A", "2026-06-20", 2)
    assert subject_of(thread("g", mention), [moved], today).days == 5


def test_of_several_stays_the_most_urgent_counts() -> None:
    over = activity("reservation", "2026-06-01", "2026-06-03", reservation_code="A")
    here = activity("reservation", "2026-06-14", "2026-06-17", reservation_code="B")
    assert subject_of(thread("g", over, here), [], today).standing == "in_house"


def test_a_thread_about_nothing_is_an_inquiry() -> None:
    assert subject_of(thread("g"), [stay("A", "2026-06-14", 3)], today).standing == "inquiry"
    assert homes(thread("g")) == set()


def test_in_house_comes_before_arriving_soon_before_inquiries_before_later_arrivals_before_past() -> None:
    threads = [
        thread("ggggg", activity("reservation", "2026-06-01", "2026-06-02"), code="past"),
        thread("gggg", activity("reservation", "2026-06-23", "2026-06-25"), code="later"),
        thread("ggg", activity("inquiry", "2026-06-23", "2026-06-25"), code="asks"),
        thread("gg", activity("reservation", "2026-06-22", "2026-06-25"), code="soon"),
        thread("gggg", activity("reservation", "2026-06-22", "2026-06-25"), code="soon, longer"),
        thread("g", activity("reservation", "2026-06-16", "2026-06-18"), code="tomorrow"),
        thread("g", activity("reservation", "2026-06-14", "2026-06-16"), code="here"),
        thread("gh", activity("reservation", "2026-06-14", "2026-06-16"), code="answered"),
        thread("gga", activity("reservation", "2026-06-14", "2026-06-16"), code="assisted"),
    ]
    order = [guest.thread.id for guest in waiting(threads, [], today, NOW)]
    assert order == ["here", "tomorrow", "soon, longer", "soon", "asks", "later", "past", "assisted"]
