"""The list of reservations, one row per stay."""

from collections.abc import Callable
from datetime import date, timedelta

from hostex_mcp.sandbox.envelope import bad_request
from hostex_mcp.sandbox.fields import day, integer, paging, text
from hostex_mcp.sandbox.lookups import require_order
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.vocabulary import CHANNEL_TYPES, RESERVATION_ORDERS, RESERVATION_STATUSES

WINDOW_DAYS = 180
EXACT_FILTERS = ("reservation_code", "channel_id", "property_id", "status", "channel_type")
# Inferred: what names one booking finds it whenever it is, without the default window.
IDENTIFYING_FILTERS = ("reservation_code", "channel_id")
SIDES = ("check_in_date", "check_out_date")


@operation(
    "GET /reservations",
    query=(
        *paging(),
        text("reservation_code"),
        text("channel_id"),
        integer("property_id"),
        text("status", enum=RESERVATION_STATUSES),
        *(day(f"{bound}_{side}") for side in SIDES for bound in ("start", "end")),
        text("order_by", enum=RESERVATION_ORDERS, default="booked_at"),
        text("channel_type", enum=CHANNEL_TYPES),
    ),
)
def query_reservations(call: SandboxCall) -> Row:
    """List stays, always in descending order, without a total."""
    fits = _window_filter(call)
    query = call.query
    rows = [
        stay
        for stay in call.account.stays.values()
        if fits(stay) and all(query.get(key) in (None, stay[key]) for key in EXACT_FILTERS)
    ]
    rows.sort(key=lambda stay: str(stay[query["order_by"]] or ""), reverse=True)
    return call.page("reservations", rows, total=False)


def _window_filter(call: SandboxCall) -> Callable[[Row], bool]:
    """Return the date filter: the windows asked for, or check-outs within the next 180 days."""
    windows = {side: window for side in SIDES if (window := _window(call.query, side))}
    if not windows and not any(key in call.query for key in IDENTIFYING_FILTERS):
        windows = {"check_out_date": (call.today, call.today + timedelta(days=WINDOW_DAYS))}
    return lambda stay: all(str(start) <= stay[side] <= str(end) for side, (start, end) in windows.items())


def _window(query: Row, side: str) -> tuple[date, date] | None:
    """Return the window on one side of the stay. Inferred: the bound of 180 days holds for check-outs too."""
    start, end = query.get(f"start_{side}"), query.get(f"end_{side}")
    label = side.replace("_", " ")
    if start is None and end is None:
        return None
    if end is None:
        raise bad_request(f"The end {label} field is required when start {label} is present.")
    if start is None:
        raise bad_request(f"The start {label} field is required when end {label} is present.")
    require_order(start, end)
    if (end - start).days >= WINDOW_DAYS:
        raise bad_request(f"The {label} range may not be greater than {WINDOW_DAYS} days.")
    return start, end
