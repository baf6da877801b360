"""The toolset of calendars, prices and restrictions."""

from hostex_mcp.tools.calendar.grid import get_calendar, read_calendar
from hostex_mcp.tools.calendar.prices import (
    update_airbnb_price_and_rules,
    update_listing_prices,
    update_vrbo_price_and_rules,
)
from hostex_mcp.tools.calendar.property_prices import update_property_prices
from hostex_mcp.tools.calendar.read import (
    get_airbnb_price_and_rules,
    get_pricing_ratios,
    get_vrbo_price_and_rules,
    list_availabilities,
    list_calendar_share_links,
    list_listing_calendars,
)
from hostex_mcp.tools.calendar.write import (
    create_calendar_share_link,
    delete_calendar_share_link,
    update_availabilities,
    update_listing_inventories,
    update_listing_restrictions,
)

TOOLS = (
    get_calendar,
    list_availabilities,
    list_listing_calendars,
    get_pricing_ratios,
    list_calendar_share_links,
    get_airbnb_price_and_rules,
    get_vrbo_price_and_rules,
    update_availabilities,
    update_listing_inventories,
    update_listing_restrictions,
    create_calendar_share_link,
    delete_calendar_share_link,
    update_listing_prices,
    update_airbnb_price_and_rules,
    update_vrbo_price_and_rules,
    update_property_prices,
    read_calendar,
)
