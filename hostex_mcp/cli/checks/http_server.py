"""Checks of what `hostex-mcp http` needs: port, database and keys, and the address its users reach."""

import socket
from importlib import import_module
from urllib.parse import urlsplit

import httpx2

from hostex_mcp.cli.checks.finding import Finding
from hostex_mcp.loopback import is_loopback
from hostex_mcp.public_fetch import FetchFailed, fetch_public
from hostex_mcp.settings import Settings, SettingsError

_SECONDS = 10.0
_DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata"


async def http_server(settings: Settings, port: int) -> list[Finding]:
    """Check each part of the HTTP server, when any of its settings is set."""
    if not (settings.public_url or settings.database_url or settings.secret_keys):
        return [Finding.skipped("HTTP server", "Not set up; it is only needed to serve others over HTTP.")]
    results = [_port(port), await _database(settings)]
    if settings.public_url:
        results.append(await _public(settings.public_url))
    if settings.public_url and not is_loopback(urlsplit(settings.public_url).hostname or ""):
        results.append(await _documents(settings))
    return results


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return Finding.warning(
                "port",
                f"Port {port} is in use.",
                "If that is hostex-mcp itself, all is well; else stop the other program or choose --port.",
            )
    return Finding.ok("port", f"Port {port} is free.")


async def _database(settings: Settings) -> Finding:
    store = import_module("hostex_mcp.http.store")
    try:
        keys = store.open_keys(settings)
        async with store.open_store(settings.database_url, keys) as database:
            await database.ping()
    except SettingsError as error:
        return Finding.problem("database", str(error), "Correct it where it is set.")
    except Exception as error:
        return Finding.problem(
            "database",
            f"The database cannot be used ({type(error).__name__}).",
            "Check that it runs, and that HOSTEX_MCP_DATABASE_URL names it and a user who may create tables.",
        )
    return Finding.ok("database", "The database answers and has the tables of this version.")


async def _public(address: str) -> Finding:
    check, document = "public URL", "/.well-known/oauth-authorization-server"
    try:
        async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False) as http:
            response = await http.get(address + document)
            issuer = response.json().get("issuer")
    except (httpx2.HTTPError, ValueError, AttributeError):
        return Finding.problem(
            check,
            f"{address} does not lead to a running hostex-mcp.",
            "Start it, and check that the proxy in front forwards every path and keeps the Host header.",
        )
    if issuer != address:
        return Finding.problem(
            check,
            f"{address} leads to a server that calls itself {issuer}.",
            "Set HOSTEX_MCP_PUBLIC_URL to the address users type, letter for letter.",
        )
    return Finding.ok(check, f"{address} leads here.")


async def _documents(settings: Settings) -> Finding:
    """Check that the documents by which some apps introduce themselves can be read."""
    check = "client documents"
    if not settings.client_documents:
        return Finding.skipped(
            check, "None is fetched (HOSTEX_MCP_CLIENT_DOCUMENTS is off); apps have to register."
        )
    try:
        await fetch_public(_DOCUMENT, most_bytes=5 * 1024, seconds=_SECONDS, accept="application/json")
    except FetchFailed as error:
        return Finding.warning(
            check,
            f"The document by which Claude Code introduces itself {error.detail} ({_DOCUMENT}).",
            "Let this machine reach the web by HTTPS, through HTTPS_PROXY if need be: apps that "
            "introduce themselves by a document cannot connect otherwise.",
        )
    return Finding.ok(check, "Documents by which apps introduce themselves can be fetched.")
