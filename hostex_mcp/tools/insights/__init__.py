"""The toolset of tools that combine several reads."""

from hostex_mcp.tools.insights.activity import get_activity
from hostex_mcp.tools.insights.availability import find_available_properties
from hostex_mcp.tools.insights.briefing import get_daily_briefing
from hostex_mcp.tools.insights.changes import list_changes
from hostex_mcp.tools.insights.conflicts import check_calendar_conflicts
from hostex_mcp.tools.insights.day_board import read_day
from hostex_mcp.tools.insights.extension import check_stay_extension
from hostex_mcp.tools.insights.gaps import find_calendar_gaps
from hostex_mcp.tools.insights.guests import find_guest
from hostex_mcp.tools.insights.inbox import get_inbox
from hostex_mcp.tools.insights.message_search import search_messages
from hostex_mcp.tools.insights.month_end import get_month_end
from hostex_mcp.tools.insights.offers import find_offers
from hostex_mcp.tools.insights.pace import get_pace
from hostex_mcp.tools.insights.performance import get_performance
from hostex_mcp.tools.insights.readiness import check_arrival_readiness
from hostex_mcp.tools.insights.reviews_due import list_reviews_due
from hostex_mcp.tools.insights.stay import get_stay
from hostex_mcp.tools.insights.turnovers import get_turnover_plan
from hostex_mcp.tools.insights.waiting import list_guests_waiting

TOOLS = (
    get_daily_briefing,
    read_day,
    list_guests_waiting,
    get_stay,
    check_arrival_readiness,
    list_reviews_due,
    find_available_properties,
    find_calendar_gaps,
    get_turnover_plan,
    check_calendar_conflicts,
    check_stay_extension,
    find_offers,
    get_performance,
    get_pace,
    get_month_end,
    list_changes,
    get_activity,
    search_messages,
    get_inbox,
    find_guest,
)
