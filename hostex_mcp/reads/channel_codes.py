"""Codes of channels that are newer than this program: they are accepted if the account's own data has
them."""

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

_KEY, _STATE = "channel codes", "told"
_MOST = 50


class _Codes(BaseModel):
    """Codes that Hostex has used, the latest last."""

    codes: list[str]


def channels_of(entry: KnowledgeBaseSummary) -> Sequence[str]:
    """Return the channels that a knowledge base entry names."""
    # For an entry of all channels Hostex gives a word instead of codes.
    return () if entry.scope_channel.type == "all" else entry.scope_channel.channels


def remember_channels(context: Context, entry: KnowledgeBaseSummary) -> None:
    """Remember the newer codes of an entry, so that a change can be undone once nothing else has them."""
    if newer := [code for code in channels_of(entry) if code not in CHANNELS]:
        codes = [*(code for code in _remembered(context) if code not in newer), *newer]
        context.memory.keep(_KEY, _STATE, _Codes(codes=codes[-_MOST:]))


async def bind_channels(context: Context, bind: Callable[[], Bound]) -> Bound:
    """Bind a call's arguments, accepting newer channel codes that the account has.

    Raises:
        InvalidArguments: for what does not fit, and each code that is nowhere in the account.
    """
    newer = set[str]()
    # The first binding accepts and collects every code; only unknown ones are worth reading the account for.
    with accepting_channels(lambda code: newer.add(code) is None):
        arguments = bind()
    unknown = newer.difference(_remembered(context))
    if not unknown or not (unknown := unknown - await _used(context)):
        return arguments
    with accepting_channels(lambda code: code not in unknown):
        return bind()


def _remembered(context: Context) -> list[str]:
    memory = context.memory.recall(_Codes, _KEY, _STATE)
    return memory.codes if memory else []


async def _used(context: Context) -> set[str]:
    """Read the codes in channel accounts, listings, properties and knowledge base entries."""
    client = context.client
    accounts, listings, properties, entries = await asyncio.gather(
        read_all(client, LIST_CHANNEL_ACCOUNTS),
        read_all(client, LIST_LISTINGS),
        read_all(client, LIST_PROPERTIES),
        read_all(client, LIST_KNOWLEDGE_BASES),
    )
    codes = [row.channel_type for row in (*accounts.items, *listings.items)]
    codes += [link.channel_type for place in properties.items for link in place.channels]
    codes += [code for entry in entries.items for code in channels_of(entry)]
    return {code for code in codes if code}
