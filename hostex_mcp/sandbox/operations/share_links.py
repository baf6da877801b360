"""Public calendar links."""

import secrets

from hostex_mcp.sandbox.envelope import bad_request
from hostex_mcp.sandbox.fields import ids, integer, paging, text
from hostex_mcp.sandbox.lookups import distinct, find, iso, require_known
from hostex_mcp.sandbox.operation import SandboxCall, operation
from hostex_mcp.sandbox.state import Row
from hostex_mcp.sandbox.vocabulary import SHARE_SCOPES


@operation("GET /calendar_share_links", query=(*paging(), integer("id", minimum=1)))
def query_calendar_share_links(call: SandboxCall) -> Row:
    """List the public links."""
    link_id = call.query.get("id")
    rows = call.account.share_links.values()
    return call.page("calendar_share_links", (row for row in rows if link_id in (None, row["id"])))


@operation(
    "POST /calendar_share_links",
    body=(text("scope", required=True, enum=SHARE_SCOPES), ids("property_ids")),
)
def create_calendar_share_link(call: SandboxCall) -> Row:
    """Make a link; the one for the entire account exists once and is returned again."""
    links, scope = call.account.share_links, call.body["scope"]
    properties = distinct(call.body.get("property_ids", []))
    if scope == "entire" and properties:
        raise bad_request("The property ids field is prohibited when scope is entire.")
    if scope == "partial" and not properties:
        raise bad_request("The property ids field is required when scope is partial.")
    require_known(properties, call.account.properties, "property ids")
    existing = next((link for link in links.values() if link["scope"] == "entire"), None)
    if scope == "entire" and existing is not None:
        return {"calendar_share_link": existing}
    link: Row = {
        "id": call.account.new_id(),
        "scope": scope,
        "url": f"https://share.example.invalid/c/{secrets.token_urlsafe(9)}",
        "property_ids": properties,
        "created_at": iso(call.now),
    }
    links[link["id"]] = link
    return {"calendar_share_link": link}


@operation("DELETE /calendar_share_links/{id}")
def delete_calendar_share_link(call: SandboxCall) -> None:
    """Delete a link for good."""
    find(call.account.share_links, call.path["id"], "Calendar share link")
    del call.account.share_links[call.path["id"]]
