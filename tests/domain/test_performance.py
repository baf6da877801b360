from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as some

from hostex_mcp.api.endpoints.reservations import Reservation
from hostex_mcp.domain.earnings import earnings, nights_in, price
from hostex_mcp.domain.performance import Figures, blocked_nights, figures
from hostex_mcp.domain.periods import Period
from tests.domain.stay_samples import stay

JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))


def booked_on(stay: Reservation) -> date | None:
    return stay.booked_at.date() if stay.booked_at else None


def june(*stays: Reservation, blocked: int = 0) -> Figures:
    return figures(earnings(stays, JUNE), JUNE, booked_on, blocked={1: blocked}, sells_in={})


def test_the_day_of_check_out_is_no_night() -> None:
    assert june(stay("a", "2026-06-10", 3)).sold == 3
    assert june(stay("a", "2026-05-31", 1)).sold == 0
    assert june(stay("a", "2026-06-30", 1)).sold == 1


def test_a_stay_over_the_end_of_the_month_counts_with_its_nights_inside() -> None:
    result = june(stay("a", "2026-06-28", 6, price=600, room=480, commission=60))
    assert result.sold == 3
    assert result.money["EUR"].revenue == 300
    assert result.money["EUR"].room == 240
    assert result.money["EUR"].commission == 30
    assert result.adr("EUR") == 80


def test_occupancy_leaves_blocked_nights_out() -> None:
    result = june(stay("a", "2026-06-01", 10), blocked=5)
    assert result.for_sale == 25
    assert result.occupancy == Fraction(10, 25)


def test_revpar_is_room_revenue_over_nights_for_sale() -> None:
    result = june(stay("a", "2026-06-01", 10, price=1100, room=1000), blocked=10)
    assert result.revpar("EUR") == 50


def test_revpar_of_a_currency_counts_the_nights_of_the_properties_that_sell_in_it() -> None:
    stays = [
        stay("a", "2026-06-01", 10, price=1000),
        stay("b", "2026-06-01", 10, price=2400, currency="USD", property_id=2),
    ]
    sells_in = {1: ["EUR"], 2: ["USD"], 3: ["EUR", "USD"]}
    result = figures(
        earnings(stays, JUNE), JUNE, booked_on, blocked={1: 10, 2: 0, 3: 0, 4: 10}, sells_in=sells_in
    )
    assert result.for_sale == 100
    assert result.revpar("EUR") == Fraction(1000, 20 + 30 + 20)
    assert result.revpar("USD") == Fraction(2400, 30 + 30 + 20)


def test_with_nothing_for_sale_there_is_no_occupancy_and_no_revpar() -> None:
    result = june(blocked=30)
    assert (result.for_sale, result.occupancy, result.money) == (0, None, {})


def test_only_accepted_stays_in_a_property_are_sold() -> None:
    others = [
        stay("a", "2026-06-01", 2, status="cancelled"),
        stay("b", "2026-06-05", 2, status="wait_accept"),
        stay("c", "2026-06-08", 2, property_id=0),
        stay("d", "2026-06-12", 2, in_reservation_box=True),
    ]
    assert june(*others).sold == 0
    assert june(*others).stays == 0


def test_money_of_two_currencies_stays_apart() -> None:
    result = june(
        stay("a", "2026-06-01", 2, price=200, room=200),
        stay("b", "2026-06-05", 4, price=800, room=800, currency="USD"),
    )
    assert (result.adr("EUR"), result.adr("USD")) == (100, 200)
    assert (result.sold, result.money["EUR"].nights, result.money["USD"].nights) == (6, 2, 4)


def test_without_lines_the_whole_price_counts_as_room_revenue() -> None:
    assert price(stay("a", "2026-06-01", 2, price=150)) == ("EUR", 150, 150, 0)


def test_lines_of_another_currency_are_no_room_revenue() -> None:
    def line(amount: float, currency: str) -> dict[str, object]:
        return {"type": "ACCOMMODATION", "currency": currency, "amount": amount}

    def priced(*lines: dict[str, object]) -> Reservation:
        euros = {"currency": "EUR", "amount": 300}
        return stay("a", "2026-06-01", 2, rates={"rate": euros, "details": list(lines)})

    assert price(priced(line(240, "EUR"), line(99, "USD"))) == ("EUR", 240, 300, 0)
    assert price(priced(line(99, "USD"))) == ("EUR", 300, 300, 0)


def test_a_commission_in_another_currency_is_never_taken_off() -> None:
    rates = {"rate": {"currency": "EUR", "amount": 300}, "commission": {"currency": "USD", "amount": 45}}
    result = june(stay("a", "2026-06-01", 2, rates=rates))
    assert (result.money, result.unpriced) == ({}, 2)


def test_a_stay_without_a_price_is_sold_but_earns_nothing() -> None:
    result = june(stay("a", "2026-06-01", 2, rates=None))
    assert (result.sold, result.money, result.unpriced) == (2, {}, 2)


def test_the_booking_window_is_the_median_over_arrivals_of_the_period() -> None:
    def booked(code: str, check_in: str, days: int) -> Reservation:
        moment = datetime.fromisoformat(check_in).replace(tzinfo=UTC) - timedelta(days=days)
        return stay(code, check_in, 2, booked_at=moment)

    result = june(
        booked("before", "2026-05-31", 400),
        booked("a", "2026-06-02", 3),
        booked("b", "2026-06-10", 5),
        booked("c", "2026-06-20", 90),
    )
    assert (result.stays, result.arrivals, result.booking_window) == (4, 3, 5)


def test_closed_nights_that_no_stay_holds_are_blocked() -> None:
    closed = [date(2026, 6, day) for day in (1, 2, 10, 11, 12)] + [date(2026, 7, 1)]
    stays = [stay("a", "2026-06-01", 2), stay("b", "2026-06-11", 1, status="wait_pay")]
    assert blocked_nights(closed, stays, JUNE) == 2


def test_whole_months_are_compared_with_as_many_whole_months() -> None:
    assert Period(date(2026, 3, 1), date(2026, 3, 31)).before == Period(date(2026, 2, 1), date(2026, 2, 28))
    quarter = Period(date(2026, 1, 1), date(2026, 3, 31))
    assert quarter.before == Period(date(2025, 10, 1), date(2025, 12, 31))


def test_any_other_period_is_compared_with_as_many_nights() -> None:
    week = Period(date(2026, 3, 2), date(2026, 3, 8))
    assert week.before == Period(date(2026, 2, 23), date(2026, 3, 1))


def test_last_year_are_the_same_dates_and_the_end_of_february_stays_the_end_of_february() -> None:
    pairs = [
        ("2026-06-15", "2026-07-14", "2025-06-15", "2025-07-14"),
        ("2028-02-01", "2028-02-29", "2027-02-01", "2027-02-28"),
        ("2029-02-01", "2029-02-28", "2028-02-01", "2028-02-29"),
        ("2028-02-29", "2028-02-29", "2027-02-28", "2027-02-28"),
        ("2028-02-20", "2028-03-10", "2027-02-20", "2027-03-10"),
        ("2029-01-15", "2029-02-28", "2028-01-15", "2028-02-29"),
        ("2028-01-01", "2028-12-31", "2027-01-01", "2027-12-31"),
    ]
    for now, then in ((pair[:2], pair[2:]) for pair in pairs):
        start, end, earlier, last = map(date.fromisoformat, (*now, *then))
        assert Period(start, end).last_year == Period(earlier, last)


@given(some.dates(date(2024, 1, 1), date(2028, 1, 1)), some.integers(0, 500))
def test_the_months_of_a_period_stand_beside_each_night_of_last_year_once(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    parts = [month.last_year for month in period.months()]
    assert (parts[0].start, parts[-1].end) == (period.last_year.start, period.last_year.end)
    assert [part.end + timedelta(days=1) for part in parts[:-1]] == [part.start for part in parts[1:]]


@given(some.dates(date(2024, 1, 1), date(2028, 1, 1)), some.integers(0, 500))
def test_the_months_of_a_period_hold_each_of_its_nights_once(start: date, length: int) -> None:
    period = Period(start, start + timedelta(days=length))
    days = [part.start + timedelta(days=n) for part in period.months() for n in range(part.nights)]
    assert days == [start + timedelta(days=n) for n in range(length + 1)]
    assert all(part.start.month == part.end.month for part in period.months())


@given(some.dates(date(2026, 5, 1), date(2026, 7, 31)), some.integers(1, 60), some.integers(1, 5000))
def test_the_nights_and_money_of_a_stay_are_shared_out_over_months_without_loss(
    start: date, nights: int, amount: int
) -> None:
    period = stay("a", start.isoformat(), nights, price=amount)
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    parts = [
        figures(earnings([period], month), month, booked_on, blocked={1: 0}, sells_in={})
        for month in year.months()
    ]
    assert sum(part.sold for part in parts) == nights == nights_in(period, year)
    assert sum(part.money["EUR"].revenue for part in parts if part.money) == amount


def test_day_use_kept_fees_and_unallocated_stays_earn_without_a_night_sold() -> None:
    paid = {"currency": "EUR", "received_amount": 70, "balance_amount": 0}
    result = june(
        stay("night", "2026-06-10", 2, price=200),
        stay("day", "2026-06-12", 0, price=40),
        stay("box", "2026-06-14", 4, price=400, property_id=0),
        stay("kept", "2026-06-20", 3, price=300, status="cancelled", payment=paid),
        stay("gone", "2026-06-24", 3, price=300, status="cancelled"),
    )
    assert result.money["EUR"].revenue == 200 + 40 + 400 + 70
    assert (result.sold, result.stays, result.apart, result.not_allocated) == (2, 1, 3, 4)
    assert result.adr("EUR") == 100


def test_a_double_booking_fills_no_night_twice() -> None:
    result = june(stay("a", "2026-06-01", 30), stay("b", "2026-06-29", 1))
    assert (result.sold, result.sold_twice, result.occupancy) == (31, 1, 1)
