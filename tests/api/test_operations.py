from hostex_mcp.api import ListEndpoint, Operation
from hostex_mcp.api.endpoints.calendar import LIST_LISTING_CALENDARS
from hostex_mcp.api.endpoints.models import IdName


def test_names_are_method_and_path_template() -> None:
    assert Operation[None]("PATCH", "/tags/{id}").name == "PATCH /tags/{id}"
    assert ListEndpoint("/methods", "methods", IdName, lambda row: row.id).name == "GET /methods"


def test_every_method_but_get_writes_unless_it_is_declared_safe() -> None:
    assert [Operation[None](method, "/x").writes for method in ("GET", "POST", "PUT", "PATCH", "DELETE")] == [
        False,
        True,
        True,
        True,
        True,
    ]
    assert not LIST_LISTING_CALENDARS.writes
