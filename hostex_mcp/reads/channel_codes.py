"""Codes of channels that Hostex came to serve later than this program was written: they are taken where the
account's own data has them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from hostex_mcp.api import read_all
from hostex_mcp.api.endpoints.knowledge_base import LIST_KNOWLEDGE_BASES, KnowledgeBaseSummary
from hostex_mcp.api.endpoints.properties import LIST_CHANNEL_ACCOUNTS, LIST_LISTINGS, LIST_PROPERTIES
from hostex_mcp.domain.channels import CHANNELS
from hostex_mcp.toolkit.arguments import accepting_channels
from hostex_mcp.toolkit.context import Context

Bound = dict[str, Any]

_KEPT, _STATE = "channel codes", "told"
_MOST = 50


class _Codes(BaseModel):
    """Codes that Hostex told, the latest last."""

    codes: list[str]


def channels_of(entry: KnowledgeBaseSummary) -> Sequence[str]:
    """The channels that a knowledge entry names; of an entry for all, Hostex gives a word in their place."""
    return () if entry.scope_channel.type == "all" else entry.scope_channel.channels


def remember_channels(context: Context, entry: KnowledgeBaseSummary) -> None:
    """Keep the later codes of an entry, for a way back to it once nothing has them; of many the latest."""
    if later := [code for code in channels_of(entry) if code not in CHANNELS]:
        codes = [*(code for code in _remembered(context) if code not in later), *later]
        context.memory.keep(_KEPT, _STATE, _Codes(codes=codes[-_MOST:]))


async def bind_channels(context: Context, bind: Callable[[], Bound]) -> Bound:
    """What `bind` makes of a call's arguments, with the later codes in them that the account has.

    Raises:
        InvalidArguments: what does not fit, and each code that is nowhere in the account.
    """
    later = set[str]()
    with accepting_channels(lambda code: later.add(code) is None):
        bound = bind()
    strange = later.difference(_remembered(context))
    if not strange or not (strange := strange - await _used(context)):
        return bound
    with accepting_channels(lambda code: code not in strange):
        return bind()


def _remembered(context: Context) -> list[str]:
    kept = context.memory.recall(_Codes, _KEPT, _STATE)
    return kept.codes if kept else []


async def _used(context: Context) -> set[str]:
    """The codes in accounts, listings, properties and knowledge entries."""
    client = context.client
    accounts, listings, properties, entries = await asyncio.gather(
        read_all(client, LIST_CHANNEL_ACCOUNTS),
        read_all(client, LIST_LISTINGS),
        read_all(client, LIST_PROPERTIES),
        read_all(client, LIST_KNOWLEDGE_BASES),
    )
    told = [row.channel_type for row in (*accounts.items, *listings.items)]
    told += [link.channel_type for place in properties.items for link in place.channels]
    told += [code for entry in entries.items for code in channels_of(entry)]
    return {code for code in told if code}
