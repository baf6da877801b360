"""Automatic messages and reviews that wait to be sent."""

from operator import attrgetter
from typing import Annotated

from hostex_mcp.api.endpoints.marks import GuestText
from hostex_mcp.api.endpoints.models import Id, Model, Text
from hostex_mcp.api.operation import ListEndpoint, Operation


class AutomationAction(Model):
    """A waiting message or review; `id` is its plan id. `scheduled_at` is text as Hostex writes it, in the
    operator's time zone."""

    id: Id
    type: Text
    name: Text
    send_to: Annotated[Text, GuestText()]
    stay_code: str | None
    property_id: Id | None
    property_title: Text
    scheduled_at: Text
    channel_type: Text


LIST_AUTOMATION_ACTIONS = ListEndpoint("/automation/actions", "actions", AutomationAction, attrgetter("id"))
EXECUTE_AUTOMATION_ACTION = Operation[None]("POST", "/automation/actions/{plan_id}/execute")
DELETE_AUTOMATION_ACTION = Operation[None]("DELETE", "/automation/actions/{plan_id}")
