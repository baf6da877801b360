"""Completions: properties by title, stays and threads by code, as the arguments of prompts and resources."""

from mcp.types import CompleteRequestParams, CompleteResult, Completion

from hostex_mcp.api import HostexError, read_all
from hostex_mcp.api.endpoints.messaging import LIST_CONVERSATIONS
from hostex_mcp.api.endpoints.properties import LIST_PROPERTIES
from hostex_mcp.api.endpoints.reservations import LIST_RESERVATIONS
from hostex_mcp.domain.guest_text import one_line
from hostex_mcp.domain.names import fold
from hostex_mcp.server.engine import Engine

_MOST = 100


async def complete(engine: Engine, params: CompleteRequestParams) -> CompleteResult:
    """Complete an argument: titles that hold what was typed, codes that begin with it; nothing where Hostex
    does not answer."""
    typed = params.argument.value[:_MOST]
    try:
        values = await _values(engine, params.argument.name, typed)
    except HostexError:
        # A completion cannot report an error; the call that follows it can.
        values = []
    offered = values[:_MOST]
    return CompleteResult(
        completion=Completion(values=offered, total=len(values), has_more=len(values) > _MOST)
    )


async def _values(engine: Engine, argument: str, typed: str) -> list[str]:
    client, reachable = engine.context.client, engine.selection.reachable
    match argument:
        case "property" | "property_id" if "list_properties" in reachable:
            homes = (await read_all(client, LIST_PROPERTIES)).items
            titles = [one_line(home.title) for home in homes]
            return sorted((title for title in titles if fold(typed) in fold(title)), key=str.casefold)
        case "stay_code" if "list_reservations" in reachable:
            stays = (await client.page(LIST_RESERVATIONS)).items
            return [stay.stay_code for stay in stays if stay.stay_code.startswith(typed)]
        case "conversation_id" if "list_conversations" in reachable:
            threads = (await client.page(LIST_CONVERSATIONS)).items
            return [thread.id for thread in threads if thread.id.startswith(typed)]
        case _:
            return []
