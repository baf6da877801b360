"""Accounts of any kind, in each view: nothing, one property, very many, none for sale, stays of a year or
that overlap, currencies without decimals, and names that are written from right to left."""

from typing import Any

from playwright.sync_api import expect

from tests.views.calendars import answer, asked, listing, row, stay
from tests.views.cards import SECRET, answered, waiting_change
from tests.views.measures import flaws, framed
from tests.views.stage import Json, Shown, Stage

_RIGHT_TO_LEFT = "فيلا الشاطئ"
_GUEST = "שרה כהן"
_LISTS = ("warnings", "requests", "waiting", "arrivals", "turnovers", "departures", "tasks", "reviews")
_YEAR = {"check_in_date": "2026-06-01", "check_out_date": "2027-06-01"}


def _fits(shown: Shown) -> None:
    """Nothing is too faint or too wide on a phone or a desk."""
    for width in (360, 1280):
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert flaws(shown) == []


def _direction(shown: Shown, text: str) -> str:
    """In which direction a text runs that stands apart from what is around it."""
    return framed(shown).evaluate(
        """(text) => getComputedStyle([...document.querySelectorAll("bdi, [dir=auto]")]
             .find((node) => node.textContent.includes(text))).direction""",
        text,
    )


def _day(**lists: Any) -> Json:
    return answered({"date": "2026-12-01", **{name: [] for name in (*_LISTS, "in_house")}, **lists})


def test_the_day_of_any_account(stage: Stage) -> None:
    stage.answers["get_stay"] = lambda _: answered(
        {
            "stay": {
                "guest_name": _GUEST,
                "property": _RIGHT_TO_LEFT,
                "status": "accepted",
                "stay_code": "0-1",
                **_YEAR,
            },
            "money": {"rate": {"amount": 1234567, "currency": "JPY"}},
        }
    )
    home: Json = {"property": _RIGHT_TO_LEFT, "property_id": 1}
    same = [{**home, "guest_name": _GUEST, "stay_code": f"0-{n}", "time": "15:00"} for n in (1, 2)]
    many = [{"property": f"Flat {n}", "property_id": n, "guest_name": f"Guest {n}"} for n in range(500)]
    overlap = {**home, "kind": "overlapping_stays", "detail": "two guests on 1 Dec", "guest_name": _GUEST}
    shown = stage.show("day", _day(warnings=[overlap], arrivals=same, in_house=many))
    view = shown.view

    expect(view.get_by_text("2 arrivals, 0 departures, 500 in house")).to_be_visible()
    expect(view.get_by_role("region", name="Needs you first")).to_contain_text("Double booking")
    assert _direction(shown, _RIGHT_TO_LEFT) == _direction(shown, _GUEST) == "rtl"
    view.get_by_role("region", name="Arrivals").get_by_role("button").first.click()
    panel = view.get_by_role("region", name=_GUEST)
    # Without its year, the day of departure could be taken for that of arrival.
    expect(panel).to_contain_text("Mon 1 JunLeavesTue, 1 Jun 2027")
    expect(panel.get_by_text("¥1,234,567")).to_be_visible()
    _fits(shown)


def test_the_calendar_of_any_account(stage: Stage) -> None:
    year = stay(-100, 365, _GUEST, amount=1234567, currency="JPY")
    over = [year, *(stay(n, 3, f"Guest {n}") for n in (2, 3, 4))]
    rows = [
        row(1, _RIGHT_TO_LEFT, stays=over, listings=[listing(31, price=24000, currency="JPY")]),
        row(2, "Sold nowhere", listings=[], price_of=None),
        row(3, listings=[listing(31, price=12500, currency="KRW")]),
    ]
    stage.answers["read_calendar"] = lambda _: answer(rows)
    shown = stage.show("calendar", asked(rows))
    view = shown.view

    expect(
        view.get_by_role(
            "gridcell", name=f"{_GUEST}, Airbnb, Sun 16 Aug to Mon 16 Aug, 365 nights, JP¥1,234,567"
        ).or_(
            view.get_by_role(
                "gridcell", name=f"{_GUEST}, Airbnb, Sun 16 Aug to Mon 16 Aug, 365 nights, ¥1,234,567"
            )
        )
    ).to_be_visible()
    expect(view.get_by_role("gridcell", name="Guest 4, Airbnb")).to_have_count(1)
    boxes = [view.get_by_role("gridcell", name=f"Guest {n}, Airbnb").bounding_box() for n in (2, 3, 4)]
    assert len({box["y"] for box in boxes if box}) == 3
    expect(view.get_by_role("gridcell", name="24 November 2026: free, ₩12,500 a night")).to_have_count(1)
    assert _direction(shown, _RIGHT_TO_LEFT) == _direction(shown, _GUEST) == "rtl"
    _fits(shown)

    stage.answers["read_calendar"] = lambda _: answer(rows[1:2])
    alone = stage.show("calendar", asked(rows[1:2]))
    expect(alone.view.get_by_role("columnheader").filter(has_text="1 property")).to_be_visible()


def _figures(revenue: float, currency: str) -> Json:
    sums = {"currency": currency, "revenue": revenue, "adr": revenue / 10, "revpar": revenue / 20}
    return {"nights_sold": 365, "occupancy": 100.0, "money": [sums]}


def _report(*rows: Json, currency: str) -> Json:
    days = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
    return answered({**days, "total": _figures(1234567, currency), "rows": rows})


def test_the_figures_of_currencies_without_decimals(stage: Stage) -> None:
    shown = stage.show("performance", None)
    figure = shown.view.get_by_role("button", name="Revenue")

    for currency, sign in (("JPY", "¥"), ("KRW", "₩"), ("CLP", "$"), ("VND", "₫")):
        home = {"property_id": 1, "property": _RIGHT_TO_LEFT, **_figures(1234567, currency)}
        shown.tell("ui/notifications/tool-result", _report(home, currency=currency))
        expect(figure).to_contain_text(sign)
        expect(figure).to_contain_text("1,234,567")
        expect(shown.view.get_by_role("button", name="ADR")).not_to_contain_text(".")
    assert _direction(shown, _RIGHT_TO_LEFT) == "rtl"
    _fits(shown)


def test_the_figures_of_any_account(stage: Stage) -> None:
    many = [{"property_id": n, "property": f"Flat {n}", **_figures(500 + n, "EUR")} for n in range(500)]
    unsold = {"property_id": 501, "property": "Sold nowhere", "nights_sold": 0, "occupancy": 0.0}
    shown = stage.show("performance", _report(*many, unsold, currency="EUR"))
    expect(shown.view.locator(".bar-row")).to_have_count(500)
    expect(shown.view.get_by_role("row", name="Sold nowhere \u2013")).to_have_count(1)

    nothing = stage.show("performance", _report(currency="EUR"))
    expect(nothing.view.get_by_text("Nothing was sold")).to_be_visible()
    nobody = stage.show("performance", answered({"notes": []}))
    expect(nobody.view.get_by_text("No figures")).to_be_visible()


def test_the_conversations_of_any_account(stage: Stage) -> None:
    stays = [{"activity_type": "reservation", "property_title": _RIGHT_TO_LEFT, **_YEAR} for _ in range(2)]
    said = {
        "id": "m1",
        "author": "guest",
        "content": "متى يمكننا الوصول؟",
        "created_at": "2026-11-24T10:00:00+00:00",
    }
    shown = stage.show(
        "thread", answered({"id": "0-1", "guest": {"name": _GUEST}, "messages": [said], "activities": stays})
    )
    expect(shown.view.get_by_role("complementary").get_by_text("365 nights")).to_have_count(2)
    assert _direction(shown, _RIGHT_TO_LEFT) == _direction(shown, _GUEST) == _direction(shown, "متى") == "rtl"
    _fits(shown)

    guests = [
        {"guest_name": _GUEST, "property": f"Flat {n}", "conversation_id": f"0-{n}"} for n in range(500)
    ]
    many = stage.show("thread", answered({"items": guests, "total": 500}))
    many.view.get_by_role("button", name="Show all 500").click()
    expect(many.view.get_by_role("listitem")).to_have_count(500)


def test_a_change_of_any_account(stage: Stage) -> None:
    def words(text: str) -> Json:
        return {"kind": "words", "text": text}

    rows: list[Json] = [
        {"name": words(f"Flat {n}"), "before": words("¥24,000"), "after": words("¥25,000"), "others": []}
        for n in range(500)
    ]
    change = waiting_change(summary=f"{_RIGHT_TO_LEFT}: 500 nights", app=_GUEST, rows=rows)
    for shown_change, moves in ((change, 500), (waiting_change(summary="Nothing but this"), 0)):
        stage.answers["read_change"] = lambda _, each=shown_change: answered({"change": each})
        result = {**answered({"change_id": "chg-1"}), "_meta": {"hostex/secret": SECRET}}
        shown = stage.show("change", result)
        expect(shown.view.get_by_role("button", name="Approve")).to_be_visible()
        expect(shown.view.locator(".moves > li")).to_have_count(moves)
        _fits(shown)
        if moves:
            assert _direction(shown, _RIGHT_TO_LEFT) == _direction(shown, _GUEST) == "rtl"
