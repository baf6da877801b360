"""Reference pages: the values that arguments and answers take, the kinds of errors, and what words mean."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from hostex_mcp.domain import (
    availability,
    briefing,
    cleaning,
    conflicts,
    feasibility,
    gaps,
    month_end,
    nights,
    performance,
    readiness,
    reviews_due,
    stay_rules,
    turnovers,
    waiting,
)
from hostex_mcp.server.failures import HINTS
from hostex_mcp.tools.catalogue import CATALOGUE, TOOLSETS
from hostex_mcp.tools.insights._wording import RULES

_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "`guest_is` of guests waiting": get_args(waiting.Standing),
    "`check_in_details` of arrivals": get_args(readiness.Details),
    "`verdict` of an extension": get_args(feasibility.ExtensionVerdict),
    "`kind` of warnings of a day, most urgent first": briefing.KINDS,
    "`problem` of a gap": tuple(RULES),
    "`state` of a listing in conflict": ("open", "closed"),
    "`due` of reviews": ("write", "answer"),
    "Toolsets": TOOLSETS,
}
_EXPLAINED = (
    nights,
    performance,
    month_end,
    availability,
    stay_rules,
    gaps,
    conflicts,
    turnovers,
    cleaning,
    feasibility,
    briefing,
    readiness,
    waiting,
    reviews_due,
)


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """A reference page, the same for everybody."""

    uri: str
    title: str
    about: str
    text: Callable[[], str]


def _enums() -> str:
    taken: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for tool in CATALOGUE.values():
        for name, values in _choices("", tool.input_schema):
            taken.setdefault((name, values), []).append(tool.name)
    arguments = [
        f"- `{name}` of {', '.join(dict.fromkeys(tools))}: {', '.join(values)}"
        for (name, values), tools in taken.items()
    ]
    answers = [f"- {name}: {', '.join(values)}" for name, values in _ANSWERS.items()]
    return "\n".join(["Arguments:", "", *arguments, "", "Answers:", "", *answers])


def _choices(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The arguments of a schema that take one of some values, with those."""
    if "enum" in schema:
        yield name, tuple(map(str, schema["enum"]))
    for key, inner in schema.get("properties", {}).items():
        yield from _choices(key, inner)
    if "items" in schema:
        yield from _choices(name, schema["items"])


def _errors() -> str:
    return "\n".join(f"- `{kind}`: {hint}" for kind, hint in HINTS.items())


def _definitions() -> str:
    return "\n\n".join(inspect.cleandoc(part.__doc__ or "") for part in _EXPLAINED)


PAGES = (
    ReferencePage("hostex://reference/enums", "Values", "Which values arguments and answers take.", _enums),
    ReferencePage(
        "hostex://reference/errors", "Errors", "Every kind of error and what to do about it.", _errors
    ),
    ReferencePage(
        "hostex://reference/definitions", "Definitions", "What occupancy, ADR, gap … mean here.", _definitions
    ),
)
