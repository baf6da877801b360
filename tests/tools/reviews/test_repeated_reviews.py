"""A review that Hostex sends twice is listed once, on whatever page."""

from copy import deepcopy
from datetime import timedelta

import pytest

from hostex_mcp.sandbox.state import SandboxAccount
from tests.support.demo_cases import MOMENTS
from tests.tools.insights.calendar_world import world

pytestmark = pytest.mark.anyio

NOON = MOMENTS["an ordinary noon"]
TODAY = NOON.date()


def repeated(account: SandboxAccount) -> None:
    """Thirty reviews of consecutive days, newest first, two of three twice."""
    pattern = next(review for review in account.reviews.values() if review["guest_review"])
    account.reviews.clear()
    for number in range(30):
        code, day = f"0-R{number:02}-x", f"{TODAY - timedelta(number)}"
        review = pattern | {"reservation_code": code, "check_out_date": day, "_status": "reviewed"}
        for copy in ["", "again"] if number % 3 else [""]:
            account.reviews[f"{code}{copy}"] = deepcopy(review)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 20, 49, 100])
@pytest.mark.parametrize("days", [100, 400])
async def test_each_review_is_listed_once_on_pages_of_any_size(limit: int, days: int) -> None:
    codes: list[str] = []
    dates = {"start_check_out_date": f"{TODAY - timedelta(days)}", "end_check_out_date": f"{TODAY}"}
    async with world(NOON, change=repeated) as host:
        page = await host.ask("list_reviews", **dates, limit=limit)
        codes += [row["reservation_code"] for row in page["items"]]
        while cursor := page.get("next_cursor"):
            page = await host.ask("list_reviews", **dates, limit=limit, cursor=cursor)
            codes += [row["reservation_code"] for row in page["items"]]
    assert codes == [f"0-R{number:02}-x" for number in range(30)]
