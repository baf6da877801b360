"""Tools that register, change and delete webhooks."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from annotated_types import MaxLen, MinLen
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from hostex_mcp.api import FieldProblem, Forbidden
from hostex_mcp.api.endpoints import webhooks as api
from hostex_mcp.domain.web_addresses import address_warnings, host, means_one_host
from hostex_mcp.toolkit.arguments import Id, InvalidArguments
from hostex_mcp.toolkit.context import Context
from hostex_mcp.toolkit.results import PlannedWrite, Preview, lean
from hostex_mcp.toolkit.tool import Effect, tool
from hostex_mcp.tools.webhooks.read import WebhookRow, shown_url
from hostex_mcp.tools.writing.checks import same
from hostex_mcp.tools.writing.edits import (
    change_body,
    change_rows,
    creator,
    edit_list,
    plan_creation,
    plan_deletion,
    sender,
    undo_update,
    with_id,
)

Event = Literal[
    "reservation_created",
    "reservation_updated",
    "property_availability_updated",
    "listing_calendar_updated",
    "message_created",
    "review_created",
    "review_updated",
    "transaction_created",
    "transaction_updated",
    "transaction_deleted",
]
_UNKNOWN_ID = "The new id is not known; `list_webhooks` shows what there is."

Events = Annotated[list[Event], MinLen(1)]


def _web_address(value: object) -> object:
    if not isinstance(value, str) or not value.startswith(("https://", "http://")) or len(value.split()) != 1:
        raise PydanticCustomError("web_address", "must be a web address that starts with https://")
    if not means_one_host(value):
        problem = "must be plain ASCII without backslashes, its host of letters, digits, dots and hyphens"
        raise PydanticCustomError("plain_web_address", problem)
    return value


Address = Annotated[str, BeforeValidator(_web_address), MaxLen(2000)]


class NewWebhook(WebhookRow, total=False):
    """A webhook that was registered; `note` says why its id is missing."""

    note: str


def _own(webhooks: Sequence[api.Webhook], id: int) -> api.Webhook:
    """Return the webhook with this id, if this application may change it.

    Raises:
        NotFound: when there is none.
        Forbidden: when another application registered it.
    """
    webhook = with_id(webhooks, api.LIST_WEBHOOKS, id, "webhook")
    if not webhook.manageable:
        raise Forbidden(
            f"Webhook {id} was registered by another application.", operation=api.LIST_WEBHOOKS.name
        )
    return webhook


@tool(
    "Register a webhook",
    effect=Effect.CONSEQUENTIAL,
    open_world=True,
    keywords="new notification callback event url subscribe",
)
async def create_webhook(
    context: Context, url: Address, events: Events | None = None
) -> PlannedWrite[NewWebhook]:
    """Register an address that Hostex calls at every event of the given kinds, of all kinds when none are
    given. Calls carry ids and times only. Hostex returns no id; the new one is looked up in the list and
    left out if it cannot be identified for certain."""
    body = change_body(url=url, events=events)
    webhooks = (await context.client.page(api.LIST_WEBHOOKS)).items
    create = await creator(
        context,
        api.CREATE_WEBHOOK,
        body,
        api.LIST_WEBHOOKS,
        lambda webhook: bool(webhook.manageable) and webhook.url == url,
    )

    async def send() -> NewWebhook:
        webhook = await create()
        if webhook is None:
            return NewWebhook(**body, note=_UNKNOWN_ID)
        return NewWebhook(**_shown(webhook))

    changes = change_rows({"url": url, "events": _in_words(events or ["all kinds"])})
    warnings = address_warnings(url, [webhook.url for webhook in webhooks])
    preview = Preview(f"Have Hostex call {host(url)} when something happens", {}, changes, warnings)
    return plan_creation("delete_webhook", send, preview)


@tool(
    "Change a webhook",
    effect=Effect.CONSEQUENTIAL,
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="notification callback event url subscription",
)
async def update_webhook(
    context: Context,
    id: Id,
    url: Address | None = None,
    events: Events | None = None,
    add_events: Events | None = None,
    remove_events: Events | None = None,
) -> PlannedWrite[WebhookRow]:
    """Change the address or the events of a webhook registered by this application: some events added and
    removed, or the list replaced. The result shows the events as written."""
    webhooks = (await context.client.page(api.LIST_WEBHOOKS)).items
    webhook = _own(webhooks, id)
    new_events = edit_list("events", webhook.events, events, add_events, remove_events)
    if new_events == []:
        raise InvalidArguments(
            FieldProblem("remove_events", "would leave no event; `delete_webhook` removes the webhook")
        )
    body = change_body(url=url, events=new_events)
    send = await sender(context, api.UPDATE_WEBHOOK, id, body, WebhookRow(id=id, **body))
    # Hostex may know kinds of events that are not documented yet, and these could not be sent again.
    restorable = set(webhook.events) <= set(get_args(Event))
    undo = undo_update("update_webhook", webhook, body) if restorable else None
    preview = _rewired(webhook, body, [webhook.url for webhook in webhooks])
    return PlannedWrite(send, undo, preview, same(context, webhook, body))


def _rewired(webhook: api.Webhook, body: dict[str, Any], registered: list[str]) -> Preview:
    """Return the webhook as it is and as it would be, and warn of events that it no longer gets."""
    before = {"url": shown_url(webhook.url), "events": _in_words(webhook.events)}
    after = {"url": body.get("url"), "events": _in_words(body.get("events", ()))}
    lost = [event for event in webhook.events if event not in body.get("events", webhook.events)]
    warnings = [f"It will no longer be notified of: {_in_words(lost)}."] if lost else []
    if body.get("url", webhook.url) != webhook.url:
        warnings += [
            f"{host(webhook.url)} is no longer notified.",
            *address_warnings(body["url"], registered),
        ]
    summary = f"Change the webhook to {host(webhook.url)}"
    return Preview(summary, _shown(webhook), change_rows(lean(after), before), warnings)


def _in_words(events: Sequence[str]) -> str:
    return ", ".join(event.replace("_", " ") for event in events)


def _shown(webhook: api.Webhook) -> WebhookRow:
    return WebhookRow(id=webhook.id, url=shown_url(webhook.url), events=list(webhook.events))


@tool(
    "Delete a webhook",
    effect=Effect.CONSEQUENTIAL,
    open_world=True,
    destructive=True,
    idempotent=True,
    keywords="remove notification callback unsubscribe",
)
async def delete_webhook(context: Context, id: Id) -> PlannedWrite[WebhookRow]:
    """Remove a webhook registered by this application. Registering the address again gives another id."""
    webhook = _own((await context.client.page(api.LIST_WEBHOOKS)).items, id)
    warnings = [f"{host(webhook.url)} will no longer be notified; whatever relies on it stops."]
    what = f"the webhook to {host(webhook.url)}"
    gone = webhook.model_copy(update={"url": shown_url(webhook.url)})
    return await plan_deletion(context, api.DELETE_WEBHOOK, id, gone, what, warnings, manageable=None)
