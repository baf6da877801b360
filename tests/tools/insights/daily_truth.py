"""What a careful person reads off the demo account's rows about one day, without the code under test."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import arrival, departure, moment
from tests.tools.insights.calendar_truth import DAY, local_today


def day_of(account: SandboxAccount, stay: Row, now: datetime) -> date:
    """The day at a stay's property; without one, the earliest day of the account."""
    homes = [stay["property_id"]] if stay["property_id"] else list(account.properties)
    return min(local_today(account, one, now) for one in homes)


def accepted(account: SandboxAccount) -> list[Row]:
    return [one for one in account.stays.values() if one["status"] == "accepted"]


def arrivals(account: SandboxAccount, now: datetime) -> set[str]:
    return {one["stay_code"] for one in accepted(account) if arrival(one) == day_of(account, one, now)}


def departures(account: SandboxAccount, now: datetime) -> set[str]:
    return {one["stay_code"] for one in accepted(account) if departure(one) == day_of(account, one, now)}


def in_house(account: SandboxAccount, now: datetime) -> set[str]:
    return {
        one["stay_code"]
        for one in accepted(account)
        if arrival(one) < day_of(account, one, now) < departure(one)
    }


def same_day(account: SandboxAccount, now: datetime) -> set[int]:
    """The properties that one guest leaves and another enters."""
    leaving = {account.stays[code]["property_id"] for code in departures(account, now)}
    coming = {account.stays[code]["property_id"] for code in arrivals(account, now)}
    return (leaving & coming) - {0}


def speakers(thread: Row) -> Iterator[tuple[str, Row]]:
    """Who wrote what, newest first; templates, and lines and cards of the channel, are nobody's."""
    for one in thread["messages"]:
        if one["sender_role"] == "guest":
            card = one["display_type"] in ("Box", "SpecialOffer", "RequestToBook", "BsRequestBook")
            if not card and not one["content"].startswith("Source: "):
                yield "guest", one
        elif one["sender_name"] and not one["sender_name"].startswith("Bot:"):
            yield "assistant" if one["sender_name"] == "HostGPT" else "team", one


def waiting_since(thread: Row) -> datetime | None:
    """When the oldest message was written that no person has answered since the last answer before."""
    since = None
    for who, one in speakers(thread):
        if who == "team" or (who == "assistant" and since):
            return since
        if who == "guest":
            since = moment(one["created_at"])
    return since


def waiting(account: SandboxAccount, now: datetime, days: int) -> dict[str, datetime]:
    """Thread to the start of the wait, of threads with a message in the last days."""
    recent = [
        one
        for one in account.conversations.values()
        if moment(one["messages"][0]["created_at"]) >= now - timedelta(days=days)
    ]
    return {one["id"]: since for one in recent if (since := waiting_since(one))}


def reviews_to_write(account: SandboxAccount, now: datetime) -> dict[str, str]:
    """Order to the last day on which its review can be written."""
    return {
        code: str(departure(one) + 14 * DAY)
        for code, one in account.reviews.items()
        if one["_status"] == "pending_host_review"
        and one["host_review"] is None
        and departure(one) + 14 * DAY >= local_today(account, one["property_id"], now)
    }


def reviews_to_answer(account: SandboxAccount, now: datetime, days: int) -> set[str]:
    return {
        code
        for code, one in account.reviews.items()
        if one["_status"] in ("reviewed", "pending_host_review")
        and one["guest_review"]
        and not one["host_reply"]
        and departure(one) >= now.date() - days * DAY
    }
