"""The demo accounts: a host with everything, a smaller one, and one who has just signed up."""

from datetime import date, datetime, timedelta
from random import Random

from hostex_mcp.sandbox.demo.automation import add_automation
from hostex_mcp.sandbox.demo.bookings import planned_bookings
from hostex_mcp.sandbox.demo.builder import Builder, load
from hostex_mcp.sandbox.demo.housekeeping import add_tasks
from hostex_mcp.sandbox.demo.listings import add_listings
from hostex_mcp.sandbox.demo.money import add_transactions
from hostex_mcp.sandbox.demo.places import add_places
from hostex_mcp.sandbox.demo.reviews import add_reviews
from hostex_mcp.sandbox.demo.setup import add_dictionaries, add_setup
from hostex_mcp.sandbox.demo.stays import add_stays
from hostex_mcp.sandbox.demo.threads import add_conversations
from hostex_mcp.sandbox.state import Accounts, SandboxAccount

__all__ = ["build_accounts"]


def build_accounts(today: date, seed: int, now: datetime) -> Accounts:
    """Build the accounts; equal arguments make equal accounts.

    Days count from `today`, the times of messages and the like from `now` (aware, UTC). Names, codes and
    days that the data files plan are the same for every seed; what surrounds them is chance.
    """
    return Accounts(
        main=_build("tideway", today, seed, now),
        second=_build("blue_door", today, seed, now),
        empty=_newcomer(),
    )


def _build(name: str, today: date, seed: int, now: datetime) -> SandboxAccount:
    plan = load(name)
    account = SandboxAccount(**plan["account"])
    builder = Builder(account, name, plan, today, now, Random(f"{name} {seed}"))
    add_dictionaries(account, plan)
    add_places(builder)
    add_listings(builder)
    schedule = builder.part("schedule")
    for property_id, start, nights, remark in schedule["blocks"]:
        first = builder.day(start)
        days = {first + timedelta(days=n): remark for n in range(nights)}
        account.blocks[property_id] = account.blocks.get(property_id, {}) | days
    stays = add_stays(builder, planned_bookings(builder, schedule))
    add_conversations(builder, stays)
    add_reviews(builder, stays)
    add_tasks(builder, stays)
    add_transactions(builder, stays)
    add_automation(builder, stays)
    add_setup(builder)
    return account


def _newcomer() -> SandboxAccount:
    account = SandboxAccount(
        "New Host", "Europe/Lisbon", "EUR", email="new.host@example.com", next_id=70000001
    )
    add_dictionaries(account, {})
    return account
