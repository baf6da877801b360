"""Roles that an owner can give to somebody they invite, and which tools are about money."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hostex_mcp.settings import PrivacyLevel
from hostex_mcp.tools.selection import ALL

ABOUT_MONEY = frozenset(
    (
        *("list_transactions", "list_income_items", "list_expense_items", "list_income_methods"),
        *("list_expense_methods", "create_transaction", "update_transaction", "delete_transaction"),
        *("get_pricing_ratios", "get_airbnb_price_and_rules", "get_vrbo_price_and_rules"),
        *("update_listing_prices", "update_property_prices"),
        *("update_airbnb_price_and_rules", "update_vrbo_price_and_rules"),
        *("create_reservation", "check_stay_extension", "get_performance", "get_pace", "find_offers"),
        "get_month_end",
        *("list_special_offers", "send_special_offer", "send_preapproval", "withdraw_special_offer"),
    )
)
"""Tools that show or move amounts of money and are of no use without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What somebody in a role gets: toolsets and single `tools`, whether they may change anything and see
    amounts, and what stays hidden. `some` says that their properties have to be named; `cancelled` that
    cancelled bookings need the owner, unless the owner says otherwise."""

    name: str
    title: str
    about: str
    toolsets: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    writes: bool
    money: bool
    privacy: PrivacyLevel
    some: bool
    cancelled: bool = False

    @property
    def without(self) -> frozenset[str]:
        """The tools that are left out."""
        return frozenset() if self.money else ABOUT_MONEY


_ROLES = (
    Role(
        name="co_host",
        title="Co-host",
        about="Everything but money: bookings, guests, calendars, tasks, reviews. No prices or income.",
        toolsets=(ALL,),
        writes=True,
        money=False,
        privacy="standard",
        some=False,
        cancelled=True,
    ),
    Role(
        name="cleaner",
        title="Cleaner",
        about="Tasks and arrivals of their properties. No money, no messages, no contact details of guests.",
        tools=(
            *("list_properties", "list_tasks", "update_task"),
            *("get_turnover_plan", "check_arrival_readiness", "list_changes"),
        ),
        writes=True,
        money=False,
        privacy="strict",
        some=True,
    ),
    Role(
        name="flat_owner",
        title="Flat owner",
        about="The calendar and the month end of their properties, to look at. They cannot change anything.",
        toolsets=("calendar",),
        tools=("list_properties", "get_month_end"),
        writes=False,
        money=True,
        privacy="strict",
        some=True,
    ),
)

ROLES: Mapping[str, Role] = MappingProxyType({role.name: role for role in _ROLES})
