"""What the first calls of a process would have to build, built before it serves."""

import ssl
from collections.abc import Iterator

import httpx2
from pydantic import BaseModel

from hostex_mcp.api.endpoints.models import Model
from hostex_mcp.server.app import definition
from hostex_mcp.tools.catalogue import CATALOGUE


def warm_up() -> None:
    """Build the validators of all arguments and answers and the definitions of all tools, and load what sends
    requests. One process serves many hosts, and none of them waits while it does so for another's first
    call."""
    httpx2.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    for tool in CATALOGUE.values():
        definition(tool)
        tool.model.model_rebuild()
    for model in _all_below(Model):
        model.model_rebuild()


def _all_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for below in model.__subclasses__():
        yield below
        yield from _all_below(below)
