"""What a careful person reads off the demo account's rows about one day, without the code under test."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from hostex_mcp.sandbox.state import Row, SandboxAccount
from tests.support.demo_cases import arrival, departure, moment
from tests.tools.insights.calendar_truth import DAY, local_today


def day_of(account: SandboxAccount, stay: Row, now: datetime) -> date:
    """The day at a stay's property; without one, the earliest day of the account."""
    homes = [stay["property_id"]] if stay["property_id"] else list(account.properties)
    return min(local_today(account, home, now) for home in homes)


def accepted(account: SandboxAccount) -> list[Row]:
    return [stay for stay in account.stays.values() if stay["status"] == "accepted"]


def arrivals(account: SandboxAccount, now: datetime) -> set[str]:
    return {stay["stay_code"] for stay in accepted(account) if arrival(stay) == day_of(account, stay, now)}


def departures(account: SandboxAccount, now: datetime) -> set[str]:
    return {stay["stay_code"] for stay in accepted(account) if departure(stay) == day_of(account, stay, now)}


def in_house(account: SandboxAccount, now: datetime) -> set[str]:
    return {
        stay["stay_code"]
        for stay in accepted(account)
        if arrival(stay) < day_of(account, stay, now) < departure(stay)
    }


def same_day(account: SandboxAccount, now: datetime) -> set[int]:
    """The properties that one guest leaves and another enters."""
    leaving = {account.stays[code]["property_id"] for code in departures(account, now)}
    coming = {account.stays[code]["property_id"] for code in arrivals(account, now)}
    return (leaving & coming) - {0}


def speakers(thread: Row) -> Iterator[tuple[str, Row]]:
    """Who wrote what, newest first; templates, and lines and cards of the channel, are nobody's."""
    for message in thread["messages"]:
        if message["sender_role"] == "guest":
            card = message["display_type"] in ("Box", "SpecialOffer", "RequestToBook", "BsRequestBook")
            if not card and not message["content"].startswith("Source: "):
                yield "guest", message
        elif message["sender_name"] and not message["sender_name"].startswith("Bot:"):
            yield "assistant" if message["sender_name"] == "HostGPT" else "team", message


def waiting_since(thread: Row) -> datetime | None:
    """When the oldest message was written that no person has answered since the last answer before."""
    since = None
    for who, message in speakers(thread):
        if who == "team" or (who == "assistant" and since):
            return since
        if who == "guest":
            since = moment(message["created_at"])
    return since


def waiting(account: SandboxAccount, now: datetime, days: int) -> dict[str, datetime]:
    """Thread to the start of the wait, of threads with a message in the last days."""
    recent = [
        thread
        for thread in account.conversations.values()
        if moment(thread["messages"][0]["created_at"]) >= now - timedelta(days=days)
    ]
    return {thread["id"]: since for thread in recent if (since := waiting_since(thread))}


def reviews_to_write(account: SandboxAccount, now: datetime) -> dict[str, str]:
    """Order to the last day on which its review can be written."""
    return {
        code: str(departure(review) + 14 * DAY)
        for code, review in account.reviews.items()
        if review["_status"] == "pending_host_review"
        and review["host_review"] is None
        and departure(review) + 14 * DAY >= local_today(account, review["property_id"], now)
    }


def reviews_to_answer(account: SandboxAccount, now: datetime, days: int) -> set[str]:
    return {
        code
        for code, review in account.reviews.items()
        if review["_status"] in ("reviewed", "pending_host_review")
        and review["guest_review"]
        and not review["host_reply"]
        and departure(review) >= now.date() - days * DAY
    }
