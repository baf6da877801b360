from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.api.endpoints.reviews import Review
from hostex_mcp.domain.reviews_due import reviews_due

TODAY = date(2026, 6, 15)


def review(code: str, out: date, **sides: Any) -> Review:
    row: dict[str, Any] = {
        "reservation_code": code,
        "property_id": 1,
        "channel_type": "airbnb",
        "listing_id": "l",
        "check_in_date": out - timedelta(days=3),
        "check_out_date": out,
    }
    return Review.model_validate(row | sides)


def due(pending: list[Review], reviewed: list[Review]) -> list[tuple[str, str, int | None]]:
    rows = reviews_due(pending, reviewed, lambda _: TODAY)
    return [(item.review.reservation_code, "+".join(item.due), item.days_left) for item in rows]


def test_a_review_can_be_written_until_the_fourteenth_day_after_check_out() -> None:
    last, late = review("last", date(2026, 6, 1)), review("late", date(2026, 5, 31))
    assert due([late, last], []) == [("last", "write", 0)]


def test_a_review_that_the_host_has_written_is_not_due() -> None:
    assert due([review("A", date(2026, 6, 10), host_review={"score": 5, "content": "Tidy"})], []) == []


def test_a_guests_review_without_a_reply_is_to_be_answered_however_old() -> None:
    said = {"score": 4, "content": "Nice"}
    open_one = review("A", date(2026, 1, 1), guest_review=said)
    done = review("B", date(2026, 6, 10), guest_review=said, host_reply={"content": "Thanks"})
    assert due([], [done, open_one]) == [("A", "answer", None)]


def test_one_review_can_be_due_both_ways() -> None:
    assert due([review("A", date(2026, 6, 10), guest_review={"score": 4})], []) == [("A", "write+answer", 9)]


def test_closing_first_then_the_lowest_score_then_the_newest_stay() -> None:
    pending = [review("later", date(2026, 6, 12)), review("sooner", date(2026, 6, 3))]
    reviewed = [
        review("five", date(2026, 6, 14), guest_review={"score": 5}),
        review("two", date(2026, 5, 1), guest_review={"score": 2}),
        review("two, newer", date(2026, 5, 9), guest_review={"score": 2}),
        review("unscored", date(2026, 6, 14), guest_review={"content": "ok"}),
    ]
    order = [code for code, _, _ in due(pending, reviewed)]
    assert order == ["sooner", "later", "two, newer", "two", "five", "unscored"]


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_the_window_is_fourteen_days_across_month_ends(out: date) -> None:
    (item,) = reviews_due([review("A", out)], [], lambda _: out + timedelta(days=14))
    assert item.days_left == 0
    assert not reviews_due([review("A", out)], [], lambda _: out + timedelta(days=15))


ROWS = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from("ABCD"),
        st.integers(1, 2),
        st.fixed_dictionaries(
            {"host_review": st.booleans(), "guest_review": st.booleans(), "host_reply": st.booleans()}
        ),
    ),
    max_size=12,
)


@given(ROWS)
def test_a_reservation_is_due_once_whatever_lists_and_properties_its_rows_are_in(rows: list[Any]) -> None:
    texts = {"content": "x"}
    lists: dict[bool, list[Review]] = {True: [], False: []}
    for is_pending, code, home, said in rows:
        sides = {name: texts for name, is_said in said.items() if is_said}
        lists[is_pending].append(review(code, date(2026, 6, 10), property_id=home, **sides))
    expected: dict[str, str] = {}
    for code in {row[1] for row in rows}:
        own = [row for row in rows if row[1] == code]
        has = {name for row in own for name, is_said in row[3].items() if is_said}
        write = any(row[0] for row in own) and "host_review" not in has
        answer = "guest_review" in has and "host_reply" not in has
        if write or answer:
            expected[code] = "+".join(
                word for word, is_due in (("write", write), ("answer", answer)) if is_due
            )
    reviews = due(lists[True], lists[False])
    assert sorted((code, what) for code, what, _ in reviews) == sorted(expected.items())
