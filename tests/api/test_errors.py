import copy

import hostex_mcp.api
from hostex_mcp.api import FieldProblem, HostexError, NotFound, RateLimited, errors


def _kinds(error: type[HostexError]) -> list[str]:
    subclasses = [subclass for subclass in error.__subclasses__() if subclass.__module__ == errors.__name__]
    return [error.kind, *(kind for subclass in subclasses for kind in _kinds(subclass))]


def _classes() -> set[str]:
    members = vars(errors).items()
    return {name for name, member in members if isinstance(member, type) and issubclass(member, HostexError)}


def test_every_kind_of_failure_has_a_class() -> None:
    assert set(_kinds(HostexError)) - {"error"} == {
        "not_configured",
        "invalid_token",
        "read_only_token",
        "forbidden",
        "not_found",
        "conflict",
        "subscription_lapsed",
        "plan_unsupported",
        "account",
        "invalid_arguments",
        "rate_limited",
        "upstream",
        "unavailable",
        "channel",
        "network",
        "timeout",
        "outcome_unknown",
        "unexpected_response",
    }


def test_the_tree_in_the_module_names_every_class() -> None:
    tree = (errors.__doc__ or "").split("\n\n")[1]
    named = {
        word for line in tree.splitlines() for word in line.split() if word.isalnum() and word[0].isupper()
    }
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, HostexError)
    }
    assert classes <= named


def test_every_error_and_public_name_can_be_imported_from_the_package() -> None:
    assert set(hostex_mcp.api.__all__) <= set(vars(hostex_mcp.api))
    assert _classes() <= set(hostex_mcp.api.__all__)


def test_an_error_keeps_what_it_knows_when_copied() -> None:
    error = NotFound(
        "No such tag.",
        operation="GET /tags",
        code=404,
        request_id="RT1",
        retry_after=2.0,
        fields=(FieldProblem("id", "is unknown"),),
    )
    twin = copy.copy(error)
    assert type(twin) is NotFound
    assert vars(twin) == vars(error)
    assert str(twin) == "No such tag."


def test_a_rate_limit_may_know_nothing_of_its_scope() -> None:
    error = RateLimited("Slow down.")
    assert (error.scope, error.window, error.retryable, error.operation) == (None, None, True, "")
