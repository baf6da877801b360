"""The Grafana dashboard shows what the server really tells, and the page explains all of it."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hostex_mcp.events import (
    Confirmed,
    Event,
    GrantChanged,
    HostexAsked,
    PairRenewed,
    Served,
    Throttled,
    TokensAsked,
    ToolEnded,
    ToolForwarded,
    ToolStarted,
    WaitEnded,
    WaitStarted,
)
from hostex_mcp.http.transport.metrics import Metrics
from tests.support.root import ROOT

DASHBOARD = json.loads((ROOT / "manifests" / "grafana" / "hostex-mcp.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
EVENTS: list[Event] = [
    ToolStarted(),
    ToolForwarded("list_tags"),
    ToolEnded("list_tags", "ok", 0.2),
    HostexAsked("GET /tags", "ok", 0.1, 2),
    Confirmed("accept", 3.0),
    Throttled("account"),
    WaitStarted("calls"),
    WaitEnded("calls", "served", 0.1),
    GrantChanged("granted"),
    TokensAsked("refresh_token", "ok"),
    PairRenewed("ok"),
    Served("/mcp", 200, 0.3),
]


def expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (annotation["expr"] for annotation in DASHBOARD["annotations"]["list"])
    yield from (
        variable["query"]["query"]
        for variable in DASHBOARD["templating"]["list"]
        if variable["type"] == "query"
    )


def exposed() -> dict[str, set[str]]:
    """Every series of `/metrics` with its labels, after one event of each kind."""
    assert {type(instance) for instance in EVENTS} == set(get_args(Event))
    metrics = Metrics()
    for event in EVENTS:
        metrics(event)
    families = text_string_to_metric_families(metrics.text().decode())
    found = {sample.name: set(sample.labels) for family in families for sample in family.samples}
    return {name: labels for name, labels in found.items() if not name.endswith("_created")}


def bases() -> set[str]:
    """The metrics as people call them."""
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in exposed()}


@pytest.mark.parametrize("expression", list(expressions()))
def test_each_panel_asks_for_series_and_labels_that_exist(expression: str) -> None:
    series = exposed()
    names = re.findall(r"hostex_mcp_\w+", expression)
    assert names
    assert [name for name in names if name not in series] == []
    known = set[str]().union(*(series[name] for name in names)) | {"job"}
    used = set(re.findall(r"(\w+)(?:=~|!~|=\"|!=\")", expression))
    for group in re.findall(r"by \(([^)]*)\)", expression):
        used |= set(re.findall(r"\w+", group))
    assert used - known == set()


def test_every_metric_is_shown_and_explained() -> None:
    shown = " ".join(expressions())
    assert [name for name in bases() if name not in shown] == []
    assert [name for name in bases() if f"`{name}`" not in PAGE] == []


def test_the_page_explains_no_metric_and_no_label_that_is_none() -> None:
    labels = set[str]().union(*exposed().values()) - {"le"}
    rows = re.findall(r"^\| `(hostex_mcp_\w+)` \|([^|]*)\|", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == bases()
    assert {label for _, cell in rows for label in re.findall(r"`(\w+)`", cell)} == labels


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place: dict[str, Any] = panel["gridPos"]
        across = range(place["x"], place["x"] + place["w"])
        cells = {(x, y) for x in across for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken
        assert across.stop <= 24
        taken |= cells
