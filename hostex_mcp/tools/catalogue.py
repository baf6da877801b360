"""All tools, in their stable order, and the choice of those that a session lists."""

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from hostex_mcp.toolkit.tool import Tool
from hostex_mcp.tools import catalogue_tools as meta
from hostex_mcp.tools.automation import read as automation
from hostex_mcp.tools.automation import write as automation_writes
from hostex_mcp.tools.calendar import prices as price_writes
from hostex_mcp.tools.calendar import property_prices as property_price_writes
from hostex_mcp.tools.calendar import read as calendar
from hostex_mcp.tools.calendar import write as calendar_writes
from hostex_mcp.tools.finance import read as finance
from hostex_mcp.tools.finance import write as finance_writes
from hostex_mcp.tools.insights import availability as insight_availability
from hostex_mcp.tools.insights import briefing as insight_briefing
from hostex_mcp.tools.insights import conflicts as insight_conflicts
from hostex_mcp.tools.insights import extension as insight_extension
from hostex_mcp.tools.insights import gaps as insight_gaps
from hostex_mcp.tools.insights import month_end as insight_month_end
from hostex_mcp.tools.insights import performance as insight_performance
from hostex_mcp.tools.insights import readiness as insight_readiness
from hostex_mcp.tools.insights import reviews_due as insight_reviews
from hostex_mcp.tools.insights import stay as insight_stay
from hostex_mcp.tools.insights import turnovers as insight_turnovers
from hostex_mcp.tools.insights import waiting as insight_waiting
from hostex_mcp.tools.knowledge_base import read as knowledge_base
from hostex_mcp.tools.knowledge_base import write as knowledge_writes
from hostex_mcp.tools.messaging import offers as offer_writes
from hostex_mcp.tools.messaging import read as messaging
from hostex_mcp.tools.messaging import write as message_writes
from hostex_mcp.tools.properties import read as properties
from hostex_mcp.tools.properties import write as property_writes
from hostex_mcp.tools.reservations import allocation as allocation_writes
from hostex_mcp.tools.reservations import bookings as reservation_writes
from hostex_mcp.tools.reservations import read as reservations
from hostex_mcp.tools.reservations import stays as stay_writes
from hostex_mcp.tools.reservations import tags as reservation_tag_writes
from hostex_mcp.tools.reviews import read as reviews
from hostex_mcp.tools.reviews import write as review_writes
from hostex_mcp.tools.tasks import read as tasks
from hostex_mcp.tools.tasks import staff as staff_writes
from hostex_mcp.tools.tasks import write as task_writes
from hostex_mcp.tools.webhooks import read as webhooks
from hostex_mcp.tools.webhooks import write as webhook_writes

_MODULES = (
    meta,
    properties,
    property_writes,
    calendar,
    calendar_writes,
    price_writes,
    property_price_writes,
    reservations,
    reservation_writes,
    stay_writes,
    allocation_writes,
    reservation_tag_writes,
    messaging,
    message_writes,
    offer_writes,
    reviews,
    review_writes,
    tasks,
    task_writes,
    staff_writes,
    finance,
    finance_writes,
    automation,
    automation_writes,
    knowledge_base,
    knowledge_writes,
    webhooks,
    webhook_writes,
    insight_briefing,
    insight_waiting,
    insight_stay,
    insight_readiness,
    insight_reviews,
    insight_availability,
    insight_gaps,
    insight_turnovers,
    insight_conflicts,
    insight_extension,
    insight_performance,
    insight_month_end,
)


def _declared(module: ModuleType) -> list[Tool]:
    return [one for one in vars(module).values() if isinstance(one, Tool)]


CATALOGUE: Mapping[str, Tool] = MappingProxyType(
    {one.name: one for module in _MODULES for one in _declared(module)}
)
