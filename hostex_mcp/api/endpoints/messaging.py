"""Guest threads, their messages, and the special offers sent in them."""

from operator import attrgetter
from typing import Annotated, Any

from pydantic import model_validator

from hostex_mcp.api.endpoints.marks import Contact, GuestText
from hostex_mcp.api.endpoints.models import (
    Id,
    Many,
    Maybe,
    MaybeDate,
    MaybeMoment,
    Model,
    Number,
    OrEmpty,
    PropertyRef,
    Text,
)
from hostex_mcp.api.operation import ListEndpoint, Operation


class ContactCard(Model):
    """Who a thread is with."""

    name: Annotated[str | None, GuestText()] = None
    phone: Annotated[str | None, Contact("phone")] = None
    email: Annotated[str | None, Contact("email")] = None


class ConversationSummary(Model):
    """A thread in the list. Hostex tells neither who wrote last nor whether it was read."""

    id: str
    channel_type: Text
    last_message_at: MaybeMoment
    guest: OrEmpty[ContactCard]
    property_title: str | None = None
    check_in_date: str | None = None
    check_out_date: str | None = None


class ActivityProperty(Model):
    """The property an inquiry or reservation is about."""

    id: Id | None = None
    title: str | None = None
    cover_url: str | None = None
    room_type: Maybe[PropertyRef] = None


class ConversationActivity(Model):
    """An inquiry or reservation linked to a thread."""

    activity_type: str | None = None
    reservation_code: str | None = None
    check_in_date: MaybeDate = None
    check_out_date: MaybeDate = None
    listing_id: str | None = None
    property: Maybe[ActivityProperty] = None


class MessageSourceDoc(Model):
    """A text that Hostex's assistant answered from; `link_id` is -1 when unknown."""

    title: str | None = None
    fragment: Many[str] = ()
    source_type: str | None = None
    link_id: Id | None = None


class MessageSource(Model):
    """Where an answer of Hostex's assistant came from."""

    type: str | None = None
    docs: Many[MessageSourceDoc] = ()


class MessageAttachment(Model):
    """A picture or file in a message. Observed: the key of the address is spelled so, and one client
    also meets the bare address."""

    fullback_url: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_address(cls, value: Any) -> Any:
        return {"fullback_url": value} if isinstance(value, str) else value


class Message(Model):
    """A message. Observed: templates of automations have the host's role and a name like `Bot:12`;
    Hostex's assistant is named HostGPT; guests have no name; attachments have no content."""

    id: str | None = None
    sender_role: str | None = None
    sender_name: str | None = None
    sources: Many[MessageSource] = ()
    display_type: str | None = None
    content: Annotated[Text, GuestText()] = ""
    attachment: Maybe[MessageAttachment] = None
    created_at: MaybeMoment = None


class Conversation(Model):
    """A thread with all its messages, newest first (observed), and the team's private note."""

    id: Text
    channel_type: Text
    guest: OrEmpty[ContactCard]
    activities: Many[OrEmpty[ConversationActivity]]
    note: str | None = None
    messages: Many[Message]


class ConversationNote(Model):
    """A thread's note as it is after a change; None when cleared."""

    id: Text
    note: str | None
    updated_at: MaybeMoment = None


class SpecialOffer(Model):
    """A special offer or pre-approval; `price` is for the whole stay, major units. Its times are text as the
    channel writes them."""

    id: str | None = None
    offer_type: str | None = None
    status: str | None = None
    listing_id: str | None = None
    check_in_date: MaybeDate = None
    check_out_date: MaybeDate = None
    nights: Id | None = None
    number_of_guests: Id | None = None
    price: Number | None = None
    currency: str | None = None
    expire_time: str | None = None
    create_time: str | None = None


LIST_CONVERSATIONS = ListEndpoint("/conversations", "conversations", ConversationSummary, attrgetter("id"))
GET_CONVERSATION = Operation("GET", "/conversations/{conversation_id}", Conversation)
SEND_MESSAGE = Operation[None]("POST", "/conversations/{conversation_id}")
UPDATE_CONVERSATION_NOTE = Operation("PATCH", "/conversations/{conversation_id}/note", ConversationNote)

LIST_SPECIAL_OFFERS = ListEndpoint(
    "/conversations/{conversation_id}/special_offers",
    "special_offers",
    SpecialOffer,
    attrgetter("id"),
    paged=False,
)
SEND_SPECIAL_OFFER = Operation[None]("POST", "/conversations/{conversation_id}/special_offers")
WITHDRAW_SPECIAL_OFFER = Operation[None](
    "DELETE", "/conversations/{conversation_id}/special_offers/{special_offer_id}"
)
SEND_PREAPPROVAL = Operation[None]("POST", "/conversations/{conversation_id}/preapprovals")
