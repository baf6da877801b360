"""Tasks, reviews and money of the demo."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS, accepted, accounts_at, arrival, departure, moment

DAY = timedelta(days=1)


@pytest.fixture(params=MOMENTS.values(), ids=list(MOMENTS))
def now(request: pytest.FixtureRequest) -> datetime:
    return request.param


@pytest.fixture
def today(now: datetime) -> date:
    return now.date()


@pytest.fixture
def account(now: datetime) -> SandboxAccount:
    return accounts_at(now).main


def test_every_check_out_of_three_weeks_is_cleaned_but_one(account: SandboxAccount, today: date) -> None:
    cleaned = Counter(task["stay_code"] for task in account.tasks.values() if task["type"] == "cleaning")
    due = {
        stay["stay_code"]
        for stay in accepted(account)
        if today - 7 * DAY <= departure(stay) <= today + 14 * DAY
    }
    assert due - cleaned.keys() == {"2-4310000009-std009"}
    assert set(cleaned.values()) == {1}
    forgotten = account.stays["2-4310000009-std009"]
    assert (departure(forgotten), forgotten["property_id"]) == (today, 20110002)


def test_cleaning_is_on_the_day_and_property_of_the_check_out(account: SandboxAccount) -> None:
    for task in account.tasks.values():
        if task["type"] == "cleaning":
            stay = account.stays[task["stay_code"]]
            assert (task["expected_date"], task["property_id"]) == (
                stay["check_out_date"],
                stay["property_id"],
            )
            assert task["expected"] == f"{task['expected_date']} {task['expected_time']}"
            assert task["expected_time"] > account.properties[task["property_id"]]["default_checkout_time"]


def test_tasks_are_in_every_status_and_of_every_type() -> None:
    accounts = [accounts_at(now).main for now in MOMENTS.values()]
    tasks = [task for account in accounts for task in account.tasks.values()]
    assert {task["status"] for task in tasks} == {"pending", "in_progress", "completed", "cancelled"}
    assert {task["type"] for task in tasks} == {
        "cleaning",
        "maintenance",
        "reception",
        "room_service",
        "other",
    }


def test_one_task_has_no_property_and_far_ones_no_staff(account: SandboxAccount, today: date) -> None:
    loose = [task for task in account.tasks.values() if task["property_id"] is None]
    assert [(task["type"], task["note"]) for task in loose] == [
        ("maintenance", "Buy bulbs and batteries for all flats")
    ]
    for task in account.tasks.values():
        if task["type"] == "cleaning":
            assert (task["staff_id"] is None) == (date.fromisoformat(task["expected_date"]) > today + 9 * DAY)


def test_tasks_go_to_active_staff_who_look_after_the_property(account: SandboxAccount) -> None:
    assert [member["name"] for member in account.staff.values() if not member["is_active"]] == ["Luis Antigo"]
    for task in account.tasks.values():
        if task["staff_id"]:
            member = account.staff[task["staff_id"]]
            assert member["is_active"]
            assert task["property_id"] in member["_property_ids"]


def test_payment_is_the_rate_less_commission(account: SandboxAccount) -> None:
    for stay in account.stays.values():
        payment, rates = stay["payment"], stay["rates"]
        owed = rates["total_rate"]["amount"] - rates["total_commission"]["amount"]
        assert payment["total_amount"] == pytest.approx(owed)
        balance = max(0, payment["total_amount"] - payment["received_amount"])
        assert payment["balance_amount"] == pytest.approx(balance)
        lines = {line["type"]: line["amount"] for line in rates["details"]}
        assert lines.pop("HOST_SERVICE_FEE") == rates["commission"]["amount"]
        assert sum(lines.values()) == pytest.approx(rates["rate"]["amount"])


def test_every_payment_status_occurs(account: SandboxAccount) -> None:
    statuses = {stay["payment"]["status"] for stay in account.stays.values()}
    assert statuses == {"unreceived", "partial", "received", "over_received"}


def test_upcoming_direct_guests_still_owe_money(account: SandboxAccount, today: date) -> None:
    direct = [stay for stay in accepted(account) if stay["channel_type"] == "hostex_direct"]
    owing = [stay for stay in direct if stay["payment"]["balance_amount"] and departure(stay) > today]
    assert {"5-DEMO7KQ2X", "5-DEMO30PAT"} <= {stay["stay_code"] for stay in owing}
    assert all(stay["payment"]["balance_amount"] == 0 for stay in direct if departure(stay) < today)


def test_channels_pay_after_arrival_or_a_week_after_departure(account: SandboxAccount, today: date) -> None:
    for stay in accepted(account):
        paid = stay["payment"]["received_amount"] == stay["payment"]["total_amount"]
        if stay["channel_type"] in ("airbnb", "vrbo"):
            assert paid == (arrival(stay) < today)
        elif stay["channel_type"] == "booking.com":
            assert paid == (departure(stay) <= today - 7 * DAY)


def test_recorded_income_is_what_the_orders_received(account: SandboxAccount) -> None:
    income = defaultdict[str, float](float)
    for row in account.transactions.values():
        if row["direction"] == "income" and row["status"] == "paid":
            income[row["reservation_code"]] += row["amount"]
    for stay in account.stays.values():
        if stay["stay_code"] != "5-DEMO35RFD":
            assert income[stay["reservation_code"]] == pytest.approx(stay["payment"]["received_amount"])


def test_a_cancelled_deposit_was_refunded(account: SandboxAccount) -> None:
    rows = [row for row in account.transactions.values() if row["reservation_code"] == "5-DEMO35RFD"]
    deposit, refund = rows
    assert (deposit["direction"], refund["direction"]) == ("income", "expense")
    assert (deposit["amount"], refund["item_name"]) == (refund["amount"], "Refund")
    assert account.stays["5-DEMO35RFD"]["status"] == "cancelled"
    assert account.stays["5-DEMO35RFD"]["payment"]["received_amount"] == 0


def test_transactions_cover_twelve_months_in_two_currencies(account: SandboxAccount, now: datetime) -> None:
    rows = account.transactions.values()
    oldest = min(moment(row["action_at"]) for row in rows)
    assert timedelta(days=325) < now - oldest < timedelta(days=366)
    assert {row["currency"] for row in rows} == {"EUR", "USD"}
    assert all(row["amount"] > 0 for row in rows)
    assert 0 in {row["item_id"] for row in rows if row["direction"] == "expense"}
    assert "Owner payout Vale" in {row["note"] for row in rows}


def test_what_is_due_later_is_outstanding(account: SandboxAccount, now: datetime) -> None:
    for row in account.transactions.values():
        assert (row["status"] == "outstanding") == (moment(row["action_at"]) > now)
    assert sum(row["status"] == "outstanding" for row in account.transactions.values()) >= 5


def test_entries_are_in_the_currency_of_their_property(account: SandboxAccount) -> None:
    for row in account.transactions.values():
        if row["property_id"]:
            chicago = account.properties[row["property_id"]]["timezone"] == "America/Chicago"
            assert row["currency"] == ("USD" if chicago else "EUR")


def test_reviews_are_of_stays_that_are_over(account: SandboxAccount, today: date) -> None:
    for review in account.reviews.values():
        assert date.fromisoformat(review["check_out_date"]) < today
        sides = (review["guest_review"] is not None, review["host_review"] is not None)
        if review["_status"] == "pending_host_review":
            assert not sides[1]
        elif review["_status"] == "pending_guest_review":
            assert sides == (False, True)
        else:
            assert sides[0]


def test_two_reviews_of_the_host_are_due_within_two_days(account: SandboxAccount, today: date) -> None:
    for code, days in (("0-HMDEMO0007-rev007", 2), ("0-HMDEMO0008-rev008", 1)):
        review = account.reviews[code]
        assert review["_status"] == "pending_host_review"
        assert review["guest_review"]
        assert date.fromisoformat(review["check_out_date"]) + 14 * DAY == today + days * DAY


def test_reviews_use_the_scale_and_words_of_their_channel() -> None:
    accounts = [accounts_at(now).main for now in MOMENTS.values()]
    reviews = [
        review for account in accounts for review in account.reviews.values() if review["guest_review"]
    ]
    assert {review["channel_type"] for review in reviews} == {"airbnb", "booking.com"}
    for review in reviews:
        airbnb = review["channel_type"] == "airbnb"
        marks = review["guest_review"]["sub_score"]
        assert ("cleanliness" in {mark["category"] for mark in marks}) == airbnb
        assert all(1 <= mark["rating"] <= (5 if airbnb else 10) for mark in marks)
        assert airbnb or review["guest_review"]["private_feedback"] is None
    booking = [review for review in reviews if review["channel_type"] == "booking.com"]
    assert any(mark["rating"] > 5 for review in booking for mark in review["guest_review"]["sub_score"])
    assert any(review["guest_review"]["private_feedback"] for review in reviews)
    assert any(review["host_reply"] for review in reviews)
