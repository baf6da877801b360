"""The figures in a browser: measures, currencies, periods, the numbers as a table and as a file."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.views.cards import answered, failed
from tests.views.measures import barriers, flaws
from tests.views.stage import CAPABILITIES, Json, Shown, Stage

HOSTILE = '<img src=x onerror="parent.broken = true">\u202e'


def _figures(revenue: float, occupancy: float | None = 50.0, currency: str = "EUR", **more: Any) -> Json:
    sums = {"currency": currency, "revenue": revenue, "adr": revenue / 10, "revpar": revenue / 20}
    return {"nights_sold": 10, "stays": 3, "occupancy": occupancy, "money": [sums], **more}


def _report(*rows: Json, **members: Any) -> Json:
    return answered(
        {
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "previous_start_date": "2026-10-01",
            "previous_end_date": "2026-10-31",
            "total": _figures(1500.5),
            "previous_total": _figures(1000, 40.0),
            "rows": rows,
            "notes": ["adr = room revenue / nights sold"],
            **members,
        }
    )


def _home(title: str, revenue: float, **more: Any) -> Json:
    return {"property_id": 1, "property": title, **_figures(revenue, previous=_figures(500), **more)}


def _show(stage: Stage, result: Json, **how: Any) -> Shown:
    return stage.show("performance", result, **how)


def test_totals_stand_beside_the_period_before_and_choose_the_measure(stage: Stage) -> None:
    shown = _show(stage, _report(_home("Harbour Loft", 1000), _home("Alfama", 500.5)))
    view = shown.view

    expect(view.get_by_text("November 2026, compared with October 2026")).to_be_visible()
    expect(view.get_by_role("button", name="Revenue €1,500.50 up 50%")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(view.locator(".bar-value")).to_have_text(["€1,000", "€500.50"])
    view.get_by_role("button", name="Occupancy 50% up 10 points").press("Enter")
    expect(view.get_by_role("heading", name="Occupancy by property")).to_be_visible()
    expect(view.locator(".bar-value")).to_have_text(["50%", "50%"])
    expect(view.get_by_role("button", name="Occupancy")).to_be_focused()


def test_currencies_are_shown_one_at_a_time_with_their_own_decimals(stage: Stage) -> None:
    both = _figures(100)
    both["money"] += _figures(24000, currency="JPY")["money"]
    shown = _show(
        stage, _report(_home("Harbour Loft", 100), _home("Ginza", 24000, currency="JPY"), total=both)
    )
    bars = shown.view.locator(".bar-row")

    expect(bars).to_have_count(2)
    expect(bars.first).to_contain_text("Harbour Loft")
    expect(shown.view.locator(".bar-value")).to_have_text(["€100", "\u2013"])
    shown.view.get_by_label("Currency").select_option("JPY")
    expect(shown.view.get_by_role("button", name="Revenue")).to_contain_text("¥24,000")
    expect(shown.view.locator(".bar-row", has_text="Ginza")).to_contain_text("¥24,000")


def test_the_numbers_are_a_table_for_listeners_and_for_all_who_ask(stage: Stage) -> None:
    apart = {"row": "day use", "bookings_apart": 1, "money": [{"currency": "EUR", "revenue": 60}]}
    shown = _show(stage, _report(apart, _home("Harbour Loft", 1000)))
    table = shown.view.get_by_role("table", name="All measures by property, sums in EUR")

    expect(table.get_by_role("row", name="Day use €60 \u2013")).to_have_count(1)
    expect(table.get_by_role("row", name="Total €1,500.50 €1,000 50% 40%")).to_have_count(1)
    assert table.evaluate("(node) => node.parentElement.classList.contains('unseen')")
    shown.view.get_by_role("button", name="Show numbers").click()
    expect(shown.view.get_by_role("region", name="Numbers")).not_to_have_class("unseen")
    expect(shown.view.get_by_role("button", name="Hide numbers")).to_be_focused()


def test_a_file_of_the_numbers_runs_no_formula(stage: Stage) -> None:
    names = ['=HYPERLINK("a")', "+1", "-1", "@x", "\t=1", 'a "b", c', "a;=1", '"=1', "\uff1d1"]
    shown = _show(stage, _report(*(_home(name, -5) for name in names)))

    shown.view.get_by_role("button", name="Download CSV").click()
    shown.page.wait_for_function("window.heard.some(({method}) => method === 'ui/download-file')")
    (sent,) = [each for each in shown.heard if each.get("method") == "ui/download-file"]
    resource = sent["params"]["contents"][0]["resource"]
    lines = resource["text"].split("\r\n")
    firsts = [
        *('"\'=HYPERLINK(""a"")"', "'+1", "'-1", "'@x", '"\'\t=1"', '"a ""b"", c"'),
        *("a;'=1", '"\'""=1"', "'\uff1d1"),
    ]
    assert lines[0].startswith("Property,currency,revenue,occupancy,adr,revpar,nights_sold,revenue_before")
    assert [
        line.startswith(f"{first},EUR,-5,50,") for line, first in zip(lines[1:10], firsts, strict=True)
    ] == [True] * 9
    assert lines[10].startswith("Total,EUR,1500.5,50,")


def test_another_period_and_another_grouping_are_read_through_the_app(stage: Stage) -> None:
    months = [
        {"month": "2026-11", **_figures(900, previous=_figures(700))},
        {"month": "2026-12", **_figures(0, 0.0)},
    ]
    stage.answers["get_performance"] = lambda args: (
        _report(*months) if args["by"] == "month" else failed("unavailable", "Hostex does not answer.")
    )
    shown = _show(stage, _report(_home("Alfama", 5)), arguments={"property_ids": [7], "by": "property"})
    view = shown.view

    view.get_by_role("button", name="Month", exact=True).click()
    expect(view.locator("svg text", has_text="November")).to_be_visible()
    expect(view.get_by_role("button", name="Month", exact=True)).to_be_focused()
    view.get_by_role("button", name="Channel", exact=True).click()
    expect(view.get_by_role("status").get_by_text("Hostex does not answer.")).to_be_visible()
    expect(view.get_by_role("heading", name="Revenue by month")).to_be_visible()
    view.get_by_label("Period").select_option("Last year")
    expect(view.get_by_role("status").get_by_text("Hostex does not answer.")).to_have_count(0)

    asked = [args for name, args in stage.calls if name == "get_performance"]
    span = {"start_date": "2026-11-01", "end_date": "2026-11-30", "property_ids": [7]}
    assert asked[:2] == [{**span, "by": "month"}, {**span, "by": "channel"}]
    assert (asked[2]["start_date"][4:], asked[2]["end_date"][4:], asked[2]["by"]) == (
        "-01-01",
        "-12-31",
        "month",
    )


def test_last_year_stands_beside_the_figures_and_what_cannot_be_compared_has_no_change(stage: Stage) -> None:
    change = {"nights_sold": 0, "money": [{"currency": "EUR", "revenue": 500.5}]}
    before = {
        "previous_start_date": "2025-11-01",
        "previous_end_date": "2025-11-30",
    }
    stage.answers["get_performance"] = lambda _: _report(
        _home("Alfama", 5), total_change=change, compare="last_year", **before
    )
    view = _show(stage, _report(_home("Alfama", 5))).view

    view.get_by_label("Compared with").select_option("Beside last year")
    expect(view.get_by_text("November 2026, compared with November 2025")).to_be_visible()
    expect(view.get_by_text("A year before")).to_be_visible()
    expect(view.get_by_role("button", name="Occupancy 50% no comparison")).to_be_visible()
    expect(view.get_by_role("button", name="Revenue €1,500.50 up 50%")).to_be_visible()
    view.get_by_role("button", name="Month", exact=True).click()
    expect(view.get_by_role("heading", name="Revenue by month")).to_be_visible()
    assert [args["compare"] for name, args in stage.calls if name == "get_performance"] == ["last_year"] * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_figures_of_the_demo_account_fit_from_a_phone_to_a_desk(stage: Stage, scheme: str) -> None:
    for by, width in (("month", 360), ("channel", 720), ("property", 1280)):
        arguments = {"start_date": "2026-06-01", "end_date": "2026-11-30", "by": by}
        result = stage.call("get_performance", **arguments)
        shown = _show(stage, result, arguments=arguments, width=width, scheme=scheme)
        shown.view.get_by_role("button", name="Show numbers").click()
        assert flaws(shown) == []


def test_hostile_names_stay_text(stage: Stage) -> None:
    rows = [_home(HOSTILE * 3, 100), _home("שלום", 90)]
    shown = _show(stage, _report(*rows, notes=[HOSTILE], failed=[{"message": HOSTILE}]), width=360)

    expect(shown.view.locator(".bar-name").first).to_contain_text("<img src=x")
    assert flaws(shown) == []
    assert shown.view.locator("img, script:not([type=module])").count() == 0
    assert shown.page.evaluate("window.broken === undefined")


def test_no_money_no_sales_and_no_tools_have_words(stage: Stage) -> None:
    bare: Json = {"nights_sold": 0, "occupancy": 0.0}
    shown = _show(stage, _report(total=bare, previous_total=bare), capabilities={})
    expect(
        shown.view.get_by_text("This connection is not shown amounts, or nothing was sold.")
    ).to_be_visible()
    expect(shown.view.get_by_role("button", name="Download CSV")).to_have_count(0)
    shown.view.get_by_role("button", name="Month", exact=True).click()
    expect(shown.view.get_by_role("alert")).to_contain_text("This app does not let views use tools.")

    shown = _show(stage, failed("forbidden", "This grant has no figures."), capabilities=CAPABILITIES)
    expect(shown.view.get_by_role("alert")).to_contain_text("This grant has no figures.")


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_figures(stage: Stage, width: int) -> None:
    shown = _show(stage, _report(_home("Harbour Loft", 1000), _home("Alfama", 500.5)), width=width)
    shown.view.get_by_role("button", name="Show numbers").click()
    expect(shown.view.get_by_role("region", name="Numbers")).to_be_visible()

    assert barriers(shown) == []
