"""What a careful person says of the cleaning before an arrival, reading the rows of an account."""

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.tools.insights.calendar_truth import clock


def moment(day: str, time: str) -> str:
    """Sorts as time does."""
    return f"{day} {time[:5]}"


def last_before(account: SandboxAccount, coming: Row) -> Row | None:
    gone = [
        stay
        for stay in account.stays.values()
        if stay["property_id"] == coming["property_id"]
        and stay["status"] == "accepted"
        and stay["stay_code"] != coming["stay_code"]
        and stay["check_out_date"] <= coming["check_in_date"]
    ]
    return max(gone, key=lambda stay: stay["check_out_date"], default=None)


def cleanings(account: SandboxAccount, leaving: Row | None, coming: Row | None) -> list[Row]:
    """Those of the property between two stays, whichever stay they name."""
    home = (leaving or coming or {})["property_id"]
    start = moment(leaving["check_out_date"], clock(account, leaving, "out")) if leaving else ""
    end = moment(coming["check_in_date"], clock(account, coming, "in")) if coming else "9999"
    tasks: list[Row] = []
    for task in account.tasks.values():
        if task["property_id"] != home or task["type"] != "cleaning" or task["status"] == "cancelled":
            continue
        day, time = task["expected_date"], task["expected_time"]
        fits = start <= moment(day, time) <= end if time else start[:10] <= day <= end[:10]
        if fits:
            tasks.append(task)
    return tasks


def lacking(account: SandboxAccount, leaving: Row | None, coming: Row | None) -> set[str]:
    """What is missing of a cleaning."""
    tasks = cleanings(account, leaving, coming)
    if not tasks:
        return {"cleaning task"} if leaving else set()
    settled = [task for task in tasks if task["staff_id"] or task["status"] == "completed"]
    return set() if settled else {"who cleans"}
