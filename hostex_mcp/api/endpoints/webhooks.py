"""Webhooks: addresses that Hostex calls when something happens."""

from operator import attrgetter

from hostex_mcp.api.endpoints.models import Id, Many, MaybeMoment, Model, Text
from hostex_mcp.api.operation import ListEndpoint, Operation


class Webhook(Model):
    """A registered address. Only the application that made it can change it (`manageable`)."""

    id: Id
    url: Text
    events: Many[str]
    manageable: bool | None
    created_at: MaybeMoment


LIST_WEBHOOKS = ListEndpoint("/webhooks", "webhooks", Webhook, attrgetter("id"), paged=False)
CREATE_WEBHOOK = Operation[None]("POST", "/webhooks")
UPDATE_WEBHOOK = Operation[None]("PATCH", "/webhooks/{id}")
DELETE_WEBHOOK = Operation[None]("DELETE", "/webhooks/{id}")
