"""The texts from which Hostex's own assistant answers guests."""

from operator import attrgetter
from typing import Annotated, Any

from pydantic import BeforeValidator

from hostex_mcp.api.endpoints.marks import GuestText
from hostex_mcp.api.endpoints.models import Id, Many, Model, Text
from hostex_mcp.api.operation import ListEndpoint, Operation


def _unknown_if_blank(value: Any) -> Any:
    return {"type": None, "ids": None, "channels": None} if value in (None, "", []) else value


class KbPropertyScope(Model):
    """Which properties an entry holds for; the ids are `[-1]` when its type is `all`."""

    type: Text
    ids: Many[Id]


class KbChannelScope(Model):
    """Which channels an entry holds for; they are `["unlimited"]` when its type is `all`."""

    type: Text
    channels: Many[str]


class KbContent(Model):
    """One paragraph of an entry; several people may have written it, so it is shown as outsiders' text."""

    text: Annotated[Text, GuestText()]
    sub_title: Text


class KnowledgeBaseSummary(Model):
    """An entry in the list, without its texts."""

    id: Id
    scope_property: Annotated[KbPropertyScope, BeforeValidator(_unknown_if_blank)]
    scope_channel: Annotated[KbChannelScope, BeforeValidator(_unknown_if_blank)]
    is_enable: bool | None
    title: Text
    process_status: Text


class KnowledgeBase(KnowledgeBaseSummary):
    """An entry with its texts."""

    contents: Many[KbContent]


LIST_KNOWLEDGE_BASES = ListEndpoint(
    "/knowledge_bases", "knowledge_bases", KnowledgeBaseSummary, attrgetter("id")
)
GET_KNOWLEDGE_BASE = Operation("GET", "/knowledge_bases/{id}", KnowledgeBase)
CREATE_KNOWLEDGE_BASE = Operation[None]("POST", "/knowledge_bases")
UPDATE_KNOWLEDGE_BASE = Operation[None]("PATCH", "/knowledge_bases/{id}")
DELETE_KNOWLEDGE_BASE = Operation[None]("DELETE", "/knowledge_bases/{id}")
