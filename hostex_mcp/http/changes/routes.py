"""Where the pages of changes are."""

from starlette.routing import Route

from hostex_mcp.http.changes.change_page import ChangePage
from hostex_mcp.http.changes.deps import BASE, ChangeDeps
from hostex_mcp.http.changes.list_page import ChangesPage
from hostex_mcp.http.connect.routes import with_error_page


def routes(deps: ChangeDeps) -> list[Route]:
    """Return the routes of the pages of changes."""
    changes, change = ChangesPage(deps), ChangePage(deps)
    pages = [
        ("GET", BASE, changes.show),
        ("POST", BASE, changes.act),
        ("GET", f"{BASE}/{{change_id}}", change.show),
        ("POST", f"{BASE}/{{change_id}}", change.act),
    ]
    notice = deps.pages.notice
    return [Route(path, with_error_page(page, notice), methods=[method]) for method, path, page in pages]
