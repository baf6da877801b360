"""Operator, grant and address: each can take away and none can add."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostex_mcp.http.config import READ, SCOPES, WRITE
from hostex_mcp.http.store.records import Choices
from hostex_mcp.http.tenants.narrowing import View, reach_for, selection_for, view_of
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.settings import Settings
from hostex_mcp.toolkit.tool import Effect
from hostex_mcp.tools.catalogue import CATALOGUE, TOOLSETS
from hostex_mcp.tools.selection import Selection, select
from tests.http.keeping import a_grant

NAMES = ("core", "all", *TOOLSETS)
LEVELS = ["full", "standard", "strict"]
READING_TOOLS = {name for name, tool in CATALOGUE.items() if tool.effect is Effect.READ}
FINDING_TOOLS = {name for name, tool in CATALOGUE.items() if tool.toolset == "core"}

toolsets = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True).map(tuple)
some_tools = st.lists(st.sampled_from(sorted(CATALOGUE)), max_size=5, unique=True).map(tuple)
scopes = st.sampled_from([(READ,), (WRITE,), SCOPES]).map(frozenset)
properties = st.lists(st.integers(1, 6), max_size=4, unique=True).map(tuple)
operators = st.builds(select, toolsets, some_tools, some_tools, read_only=st.booleans())
choices = st.builds(Choices, scopes, toolsets, properties, st.sampled_from(LEVELS))
views = st.builds(View, st.none() | toolsets, st.booleans())


def caller_with(chosen: Choices, scopes: frozenset[str] = frozenset(SCOPES)) -> Caller:
    grant = a_grant(choices=chosen)
    return Caller(grant.grant_id, scopes, grant=grant)


def belongs(name: str, chosen: tuple[str, ...]) -> bool:
    """Whether a tool is in toolsets, or finds and calls others that are."""
    return bool({"core", "all"} & set(chosen)) or CATALOGUE[name].toolset in chosen or name in FINDING_TOOLS


@given(operators, choices, scopes, views)
def test_nothing_is_reached_that_operator_grant_scopes_or_address_leave_out(
    operator: Selection, chosen: Choices, scopes: frozenset[str], view: View
) -> None:
    got = selection_for(operator, caller_with(chosen, scopes), view)
    assert got.reachable.keys() <= operator.reachable.keys()
    assert got.listed.keys() <= got.reachable.keys()
    assert all(belongs(name, chosen.toolsets) for name in got.reachable)
    if view.toolsets is not None:
        assert all(belongs(name, view.toolsets) for name in got.reachable)
    if view.read_only or WRITE not in chosen.scopes or WRITE not in scopes:
        assert got.reachable.keys() <= READING_TOOLS


@given(operators, choices, scopes, views)
def test_an_address_reaches_no_more_than_the_bare_one(
    operator: Selection, chosen: Choices, scopes: frozenset[str], view: View
) -> None:
    caller = caller_with(chosen, scopes)
    bare = selection_for(operator, caller, View())
    assert selection_for(operator, caller, view).reachable.keys() <= bare.reachable.keys()


@given(operators, choices, scopes, views)
def test_the_order_of_the_catalogue_stays(
    operator: Selection, chosen: Choices, scopes: frozenset[str], view: View
) -> None:
    got = selection_for(operator, caller_with(chosen, scopes), view)
    for names in (got.listed, got.reachable):
        assert list(names) == [name for name in CATALOGUE if name in names]


@given(properties, properties, st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_properties_are_those_that_both_chose_and_privacy_is_the_stricter(
    operator: tuple[int, ...], chosen: tuple[int, ...], level: Any, other: Any
) -> None:
    settings = Settings(property_ids=operator, privacy=level)
    reach = reach_for(settings, caller_with(Choices(frozenset(SCOPES), property_ids=chosen, privacy=other)))
    served = set(range(1, 7)) if reach.property_ids is None else set(reach.property_ids)
    assert served == {
        number
        for number in range(1, 7)
        if number in (operator or range(1, 7)) and number in (chosen or range(1, 7))
    }
    assert LEVELS.index(reach.privacy) == max(LEVELS.index(level), LEVELS.index(other))


def test_every_topic_means_what_the_operator_serves() -> None:
    operator = select(("calendar", "tasks"))
    for everything in ("core", "all"):
        got = selection_for(operator, caller_with(Choices(frozenset(SCOPES), (everything,))), View())
        assert (got.listed, got.reachable) == (operator.listed, operator.reachable)


def test_some_topics_keep_the_short_list_and_find_the_rest() -> None:
    caller = caller_with(Choices(frozenset(SCOPES), ("calendar", "tasks")))
    got = selection_for(select(), caller, View())
    assert got.listed.keys() >= FINDING_TOOLS
    assert got.listed.keys() < select().listed.keys()
    assert {CATALOGUE[name].toolset for name in got.reachable} == {"calendar", "tasks", "core"}
    assert len(got.reachable) > len(got.listed)


def test_an_address_lists_all_tools_of_the_toolsets_it_names() -> None:
    caller = caller_with(Choices(frozenset(SCOPES)))
    got = selection_for(select(), caller, view_of({"toolsets": "finance,calendar"}))
    expected = {name for name, tool in CATALOGUE.items() if tool.toolset in ("finance", "calendar")}
    assert got.listed.keys() == got.reachable.keys() == expected


def test_an_address_can_ask_for_the_short_list_where_the_operator_lists_all() -> None:
    got = selection_for(
        select(("all",)), caller_with(Choices(frozenset(SCOPES))), view_of({"toolsets": "core"})
    )
    assert got.listed == select().listed


def test_a_toolset_that_a_grant_knows_and_this_version_does_not_opens_nothing() -> None:
    caller = caller_with(Choices(frozenset(SCOPES), ("fireplaces",)))
    got = selection_for(select(), caller, View())
    assert got.reachable.keys() == FINDING_TOOLS


def test_a_request_with_its_own_token_is_bounded_by_the_operator_alone() -> None:
    operator = select(("tasks",))
    caller = Caller("token-1")
    got = selection_for(operator, caller, View())
    assert (got.listed, got.reachable) == (operator.listed, operator.reachable)
    reach = reach_for(Settings(privacy="standard", property_ids=(7,)), caller)
    assert (reach.privacy, set(reach.property_ids or ())) == ("standard", {7})


@pytest.mark.parametrize(
    ("text", "reads"), [("1", True), ("true", True), ("TRUE", True), ("0", False), ("false", False)]
)
def test_an_address_asks_for_reading_only(text: str, reads: bool) -> None:
    assert view_of({"read_only": text}).read_only is reads


def test_toolsets_in_another_order_are_the_same_view() -> None:
    assert view_of({"toolsets": "tasks, calendar,tasks"}) == view_of({"toolsets": "calendar,tasks"})


def test_an_address_that_does_not_want_reading_only_cannot_write_with_a_grant_that_reads() -> None:
    caller = caller_with(Choices(frozenset([READ])))
    got = selection_for(select(("all",)), caller, view_of({"read_only": "0"}))
    assert got.reachable.keys() <= READING_TOOLS
