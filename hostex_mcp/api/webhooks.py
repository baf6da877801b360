"""Webhooks: addresses that Hostex calls when something happens."""

from operator import attrgetter

from hostex_mcp.api.models import Id, Many, Model, Moment
from hostex_mcp.api.operation import Listing, Operation


class Webhook(Model):
    """A registered address. Only the application that made it can change it (`manageable`)."""

    id: Id
    url: str
    events: Many[str]
    manageable: bool
    created_at: Moment


LIST_WEBHOOKS = Listing("/webhooks", "webhooks", Webhook, attrgetter("id"), paged=False)
CREATE_WEBHOOK = Operation[None]("POST", "/webhooks")
UPDATE_WEBHOOK = Operation[None]("PATCH", "/webhooks/{id}")
DELETE_WEBHOOK = Operation[None]("DELETE", "/webhooks/{id}")
