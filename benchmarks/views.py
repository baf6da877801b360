"""How soon a view is on screen, and how long the frames of a calendar that is scrolled take, in Chromium.
Run by itself, beside the aims: python -m benchmarks.views"""

import json
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Browser, Frame, sync_playwright

from benchmarks import aims
from benchmarks.measuring import FULL, Scale, Table, spread
from benchmarks.page import as_text
from hostex_mcp.views import document

COLUMNS = ("View", "On screen, ms", "Longest task of a frame, ms", "Its p95, ms")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FIRST = date(2026, 11, 1)
_PROPERTIES, _DAYS, _ROWS = 100, 60, 50

# The page around a view: it answers what a view asks for from what it was given, and notes when that was.
_HOST = """
const frame = document.querySelector("iframe");
window.addEventListener("message", ({ source, data }) => {
  if (source !== frame.contentWindow || data.id === undefined) return;
  const results = {
    "ui/initialize": { hostCapabilities: { serverTools: {} }, hostContext: { theme: "light" } },
    "tools/call": window.answer,
  };
  source.postMessage({ jsonrpc: "2.0", id: data.id, result: results[data.method] ?? {} }, "*");
});
window.give = (params) => {
  const method = "ui/notifications/tool-result";
  frame.contentWindow.postMessage({ jsonrpc: "2.0", method, params }, "*");
};
"""

# From the message with the data to the frame after the one in which the view was drawn.
_WATCH = """(selector) => {
  window.shown = new Promise((resolve) => {
    let started = 0;
    window.addEventListener("message", ({ data }) => {
      if (data.result?.structuredContent || data.params?.structuredContent) started = performance.now();
    });
    new MutationObserver((changes, observer) => {
      if (!document.querySelector(selector)) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
    }).observe(document.body, { childList: true, subtree: true });
  });
}"""

_SCROLL = """async () => {
  const grid = document.querySelector(".grid");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const far = grid.scrollWidth - grid.clientWidth;
  for (let step = 0; step < 120; step += 1) {
    grid.scrollTop += 45;
    grid.scrollLeft = far * 0.9 * Math.abs(Math.sin(step / 12));
    await frame();
  }
}"""


def measured(scale: Scale) -> Table:
    """The time to the screen of each measured view, and the frames of the calendar."""
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, _NAMES)), None)
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        rows = [
            _others(browser, scale.starts, "day", _day(), ".group"),
            _calendar(browser, scale.starts),
            _others(browser, scale.starts, "performance", _report(), ".bar-row"),
            _others(browser, scale.starts, "thread", _thread(), ".bubble"),
            _others(browser, scale.starts, "change", _change(), ".card"),
        ]
        browser.close()
    note = (
        f"The calendar has {_PROPERTIES} properties by {_DAYS} days, and is scrolled both ways in 120 steps. "
        f"The others show {_ROWS} properties, messages or rows; the day the first of {_ROWS} in each list."
    )
    return Table("views", COLUMNS, rows, note)


def _calendar(browser: Browser, times: int) -> tuple[str, ...]:
    answer = _answer({"items": [_row(number) for number in range(_PROPERTIES)], "total": _PROPERTIES})
    start, end = f"{_FIRST}", f"{_FIRST + timedelta(days=_DAYS - 1)}"
    given = _answer({"items": [{"property_id": 1, "start_date": start, "end_date": end}]})
    shown: list[float] = []
    longest: list[float] = []
    common: list[float] = []
    for _ in range(times):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        frame = _opened(page, "calendar", answer)
        shown.append(_time_to_screen(frame, given, ".stay"))
        browser.start_tracing(page=page, categories=["devtools.timeline", "toplevel"])
        frame.evaluate(_SCROLL)
        tasks = _tasks(browser.stop_tracing())
        longest.append(tasks[-1])
        common.append(tasks[int(len(tasks) * 0.95)])
        page.close()
    return ("calendar", spread(shown, 0), spread(longest, 0), spread(common, 1))


def _others(browser: Browser, times: int, view: str, given: dict[str, Any], selector: str) -> tuple[str, ...]:
    """A view that is not scrolled. What it is given also answers its calls."""
    shown: list[float] = []
    for _ in range(times):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        shown.append(_time_to_screen(_opened(page, view, given), given, selector))
        page.close()
    return (view, spread(shown, 0), "", "")


def _day() -> dict[str, Any]:
    lists = ("warnings", "requests", "waiting", "arrivals", "departures", "tasks", "reviews", "in_house")
    rows = [
        {"guest_name": f"Guest {n}", "property": f"Home {n}", "stay_code": f"0-{n}", "id": n}
        for n in range(_ROWS)
    ]
    return _answer({"date": "2026-11-10", **dict.fromkeys(lists, rows)})


def _report() -> dict[str, Any]:
    money = [{"currency": "EUR", "revenue": 4200.5, "adr": 140.0, "revpar": 90.0}]
    figures: dict[str, Any] = {"nights_sold": 30, "occupancy": 61.5, "money": money}
    rows = [{"property_id": n, "property": f"Home {n}", **figures, "previous": figures} for n in range(_ROWS)]
    days = {"start_date": "2026-11-01", "end_date": "2026-11-30"}
    before = {"previous_start_date": "2026-10-01", "previous_end_date": "2026-10-31"}
    return _answer({**days, **before, "total": figures, "previous_total": figures, "rows": rows})


def _thread() -> dict[str, Any]:
    messages = [
        {
            "id": f"m{n}",
            "author": ("guest", "team")[n % 2],
            "created_at": f"2026-11-{n % 28 + 1:02}T10:00:00+00:00",
            "content": "When can we arrive? " * 10,
        }
        for n in range(_ROWS)
    ]
    return _answer({"id": "0-1", "guest": {"name": "Guest"}, "messages": messages})


def _change() -> dict[str, Any]:
    def words(text: str) -> dict[str, str]:
        return {"kind": "words", "text": text}

    rows: list[dict[str, Any]] = [
        {"name": words(f"Day {n}"), "before": words("120"), "after": words("130"), "others": []}
        for n in range(_ROWS)
    ]
    said = {
        "app": "App",
        "summary": "Prices",
        "headline": "waits for you",
        "asked": "now",
        "expires": "10:10",
    }
    none: dict[str, Any] = {"about": [], "warnings": [], "text": None, "outcome": None, "moved": False}
    change: dict[str, Any] = {
        "id": "chg-1",
        "state": "waiting",
        "open": True,
        "seen": "d1",
        "rows": rows,
        **said,
        **none,
    }
    return {**_answer({"change_id": "chg-1", "change": change}), "_meta": {"hostex/secret": "s" * 32}}


def _opened(page: Any, view: str, answer: dict[str, Any]) -> Frame:
    """The frame of a view that has been started and waits for its data."""
    page.set_content(
        "<style>body { margin: 0 } iframe { border: 0; width: 100vw; height: 100vh }</style><iframe></iframe>"
    )
    page.evaluate(_HOST)
    page.evaluate("(answer) => { window.answer = answer; }", answer)
    page.evaluate("(html) => { document.querySelector('iframe').srcdoc = html; }", document(view))
    frame: Frame = page.frames[1]
    frame.wait_for_function("document.documentElement.dataset.mode !== undefined")
    return frame


def _time_to_screen(frame: Frame, given: dict[str, Any], selector: str) -> float:
    frame.evaluate(_WATCH, selector)
    frame.page.evaluate("(result) => window.give(result)", given)
    return frame.evaluate("window.shown")


def _tasks(trace: bytes) -> list[float]:
    """The milliseconds of each task of the thread that draws, from the browser's own trace, least first: time
    at work, as what else the machine does is not the view's."""
    events: Sequence[dict[str, Any]] = json.loads(trace)["traceEvents"]
    drawing = {(event["pid"], event["tid"]) for event in events if event["name"] == "FireAnimationFrame"}
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) in drawing and "tdur" in event
    ]
    return sorted(task for task in tasks if task > 0.5)


def _answer(structured: dict[str, Any]) -> dict[str, Any]:
    return {"content": [], "structuredContent": structured}


def _row(number: int) -> dict[str, Any]:
    stays = [_stay(number, first) for first in range(number % 5, _DAYS - 4, 7)]
    letters = ["."] * _DAYS
    for stay in stays:
        letters[stay["start"] : stay["start"] + 4] = "ssss"
    prices = [[day, 1, 90 + (day * 7 + number) % 60] for day in range(_DAYS)]
    listing = {"listing_id": f"{number}", "currency": "EUR", "price": prices, "min_stay": [[0, _DAYS, 2]]}
    return {
        "property_id": number,
        "property": f"Property {number}",
        "today": f"{_FIRST + timedelta(days=9)}",
        "start_date": f"{_FIRST}",
        "days": _DAYS,
        "nights": "".join(letters),
        "stays": stays,
        "blocks": [],
        "listings": [{"channel_type": name, **listing} for name in ("airbnb", "booking.com", "vrbo")],
        "price_of": 0,
        "gaps": [],
        "conflicts": [],
    }


def _stay(number: int, first: int) -> dict[str, Any]:
    check_in = _FIRST + timedelta(days=first)
    return {
        "start": first,
        "nights": 4,
        "lane": 0,
        "guest_name": f"Guest {number} {first}",
        "channel_type": ("airbnb", "booking.com", "vrbo")[first % 3],
        "check_in_date": f"{check_in}",
        "check_out_date": f"{check_in + timedelta(days=4)}",
        "status": "accepted",
        "amount": 512.5,
        "currency": "EUR",
        "stay_code": f"0-{number}-{first}",
    }


def main() -> None:
    """Measure the views alone."""
    table = measured(FULL)
    print(as_text(table))
    print(as_text(aims.judged([table], only=[table.name])))


if __name__ == "__main__":
    main()
