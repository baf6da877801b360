"""The rule of each operation and list that keeps it inside the scope. What has no rule is refused."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hostex_mcp.api import ListEndpoint, Operation
from hostex_mcp.api.endpoints import (
    automation,
    calendar,
    finance,
    knowledge_base,
    messaging,
    oauth,
    price_and_rules,
    properties,
    reservations,
    reviews,
    tasks,
    webhooks,
)
from hostex_mcp.scope import checks, views
from hostex_mcp.scope import membership as lookups
from hostex_mcp.scope.checks import Check, addressed, both
from hostex_mcp.scope.portfolio import ServedProperties

View = Callable[[ServedProperties, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check before a call is sent, and a view of its answer or of each row of its list; without a view it
    is shown as it is. A view that returns None leaves the row out, or refuses the answer. `narrow` names the
    query argument by which Hostex itself keeps a list to properties."""

    check: Check = checks.free
    view: View | None = None
    narrow: Literal["id", "property_id", "property_ids"] | None = None


_REFUSED = Rule(checks.account_wide)
_OPEN = Rule()
_STAY = Rule(addressed("stay_code", lookups.stay_inside))
_ORDER = Rule(addressed("reservation_code", lookups.order_inside))
_THREAD = Rule(addressed("conversation_id", lookups.conversation_inside))
_LISTING = Rule(checks.listing_of())
_AIRBNB = Rule(checks.listing_of("airbnb"))
_VRBO = Rule(checks.listing_of("vrbo"))
_TASK = Rule(addressed("id", lookups.task_inside))
_TRANSACTION = Rule(addressed("id", lookups.transaction_inside))
_PLAN = Rule(addressed("plan_id", lookups.plan_inside))
_NAMED = Rule(checks.properties_named)

_LISTS: Mapping[ListEndpoint[Any], Rule] = {
    properties.LIST_PROPERTIES: Rule(view=views.property_row, narrow="id"),
    properties.LIST_PROPERTY_GROUPS: Rule(view=views.group),
    properties.LIST_TAGS: Rule(view=views.tag),
    properties.LIST_ROOM_TYPES: Rule(view=views.room_type),
    properties.LIST_CHANNEL_ACCOUNTS: _OPEN,
    properties.LIST_LISTINGS: Rule(view=views.listing),
    calendar.LIST_CALENDAR_SHARE_LINKS: Rule(view=views.share_link),
    reservations.LIST_RESERVATIONS: Rule(view=views.row_of_property, narrow="property_id"),
    reservations.LIST_RESERVATION_TAGS: _OPEN,
    reservations.LIST_CUSTOM_CHANNELS: _OPEN,
    messaging.LIST_CONVERSATIONS: Rule(view=views.thread_row),
    messaging.LIST_SPECIAL_OFFERS: _THREAD,
    reviews.LIST_REVIEWS: Rule(view=views.row_of_property, narrow="property_id"),
    tasks.LIST_TASKS: Rule(view=views.row_of_property, narrow="property_id"),
    tasks.LIST_STAFFS: _OPEN,
    finance.LIST_TRANSACTIONS: Rule(view=views.row_of_property, narrow="property_id"),
    finance.LIST_INCOME_ITEMS: _OPEN,
    finance.LIST_EXPENSE_ITEMS: _OPEN,
    finance.LIST_INCOME_METHODS: _OPEN,
    finance.LIST_EXPENSE_METHODS: _OPEN,
    automation.LIST_AUTOMATION_ACTIONS: Rule(view=views.row_of_property, narrow="property_ids"),
    knowledge_base.LIST_KNOWLEDGE_BASES: Rule(view=views.knowledge_entry, narrow="property_ids"),
    # A webhook hears of all properties of the account.
    webhooks.LIST_WEBHOOKS: _REFUSED,
}

_CALLS: Mapping[Operation[Any], Rule] = {
    # A new property would be outside the scope at once.
    properties.CREATE_PROPERTY: _REFUSED,
    properties.CREATE_PROPERTY_GROUP: _OPEN,
    properties.UPDATE_PROPERTY_GROUP: Rule(addressed("id", lookups.group_inside)),
    properties.DELETE_PROPERTY_GROUP: Rule(addressed("id", lookups.group_inside)),
    properties.CREATE_PROPERTY_TAG: Rule(checks.served_rooms),
    properties.UPDATE_PROPERTY_TAG: Rule(both(addressed("id", lookups.tag_inside), checks.served_rooms)),
    properties.DELETE_PROPERTY_TAG: Rule(addressed("id", lookups.tag_inside)),
    properties.CREATE_ROOM_TYPE: _REFUSED,
    calendar.LIST_AVAILABILITIES: Rule(checks.properties_named, views.availabilities),
    calendar.UPDATE_AVAILABILITIES: _NAMED,
    calendar.LIST_LISTING_CALENDARS: Rule(checks.listings_of_body, views.calendars),
    calendar.UPDATE_LISTING_PRICES: _LISTING,
    calendar.UPDATE_LISTING_INVENTORIES: _LISTING,
    calendar.UPDATE_LISTING_RESTRICTIONS: _LISTING,
    calendar.GET_PRICING_RATIOS: Rule(checks.property_or_room_type),
    calendar.CREATE_CALENDAR_SHARE_LINK: Rule(checks.partial_link),
    calendar.DELETE_CALENDAR_SHARE_LINK: Rule(addressed("id", lookups.share_link_inside)),
    price_and_rules.GET_AIRBNB_PRICE_AND_RULES: _AIRBNB,
    price_and_rules.UPDATE_AIRBNB_PRICE_AND_RULES: _AIRBNB,
    price_and_rules.GET_VRBO_PRICE_AND_RULES: _VRBO,
    price_and_rules.UPDATE_VRBO_PRICE_AND_RULES: _VRBO,
    reservations.CREATE_RESERVATION: Rule(checks.new_reservation),
    reservations.CANCEL_RESERVATION: _ORDER,
    reservations.APPROVE_RESERVATION: _ORDER,
    reservations.DECLINE_RESERVATION: _ORDER,
    reservations.UPDATE_RESERVATION_BASIC: _STAY,
    reservations.UPDATE_RESERVATION_CHECKIN_DETAILS: _STAY,
    reservations.MOVE_RESERVATION_TO_BOX: _STAY,
    reservations.ALLOCATE_RESERVATION: Rule(both(checks.properties_named, _STAY.check)),
    reservations.UPDATE_RESERVATION_STAY_STATUS: _STAY,
    reservations.ADD_RESERVATION_TAG: _STAY,
    reservations.REMOVE_RESERVATION_TAG: _STAY,
    reservations.GET_RESERVATION_CUSTOM_FIELDS: _STAY,
    reservations.UPDATE_RESERVATION_CUSTOM_FIELDS: _STAY,
    # The tags that stays can have belong to the account: others use them, too.
    reservations.CREATE_RESERVATION_TAG: _REFUSED,
    reservations.DELETE_RESERVATION_TAG: _REFUSED,
    messaging.GET_CONVERSATION: Rule(view=views.thread),
    messaging.SEND_MESSAGE: _THREAD,
    messaging.UPDATE_CONVERSATION_NOTE: _THREAD,
    messaging.SEND_SPECIAL_OFFER: Rule(checks.offered_listing),
    messaging.WITHDRAW_SPECIAL_OFFER: _THREAD,
    messaging.SEND_PREAPPROVAL: _THREAD,
    reviews.CREATE_REVIEW: _ORDER,
    tasks.CREATE_TASK: Rule(checks.property_stay_or_order),
    tasks.UPDATE_TASK: _TASK,
    tasks.DELETE_TASK: _TASK,
    tasks.CREATE_STAFF: _NAMED,
    # Hostex does not tell which properties somebody works for, so these cannot be known to be inside.
    tasks.UPDATE_STAFF: _REFUSED,
    tasks.DELETE_STAFF: _REFUSED,
    finance.CREATE_TRANSACTION: Rule(checks.property_stay_or_order),
    finance.UPDATE_TRANSACTION: _TRANSACTION,
    finance.DELETE_TRANSACTION: _TRANSACTION,
    automation.EXECUTE_AUTOMATION_ACTION: _PLAN,
    automation.DELETE_AUTOMATION_ACTION: _PLAN,
    knowledge_base.GET_KNOWLEDGE_BASE: Rule(view=views.knowledge_entry),
    knowledge_base.CREATE_KNOWLEDGE_BASE: Rule(checks.new_knowledge),
    knowledge_base.UPDATE_KNOWLEDGE_BASE: Rule(checks.changed_knowledge),
    knowledge_base.DELETE_KNOWLEDGE_BASE: Rule(addressed("id", lookups.knowledge_inside)),
    webhooks.CREATE_WEBHOOK: _REFUSED,
    webhooks.UPDATE_WEBHOOK: _REFUSED,
    webhooks.DELETE_WEBHOOK: _REFUSED,
    oauth.OBTAIN_TOKEN: _REFUSED,
    oauth.REVOKE_TOKEN: _REFUSED,
}

RULES: Mapping[ListEndpoint[Any] | Operation[Any], Rule] = {**_LISTS, **_CALLS}
