"""Resources: a property, a stay, a thread and a month's accounts by address, and reference pages.

What a resource shows is what the tool behind it shows: the same privacy, the same scope, the same limits.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any, get_args
from urllib.parse import unquote

from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from hostex_mcp.api import HostexError, Pace, in_pieces, run_apart, unread
from hostex_mcp.domain import (
    availability,
    briefing,
    cleaning,
    conflicts,
    feasibility,
    gaps,
    guests,
    month_end,
    nights,
    offers,
    on_the_books,
    performance,
    readiness,
    reviews_due,
    stay_rules,
    turnovers,
    waiting,
)
from hostex_mcp.domain.guest_text import without_unseen
from hostex_mcp.domain.periods import Period
from hostex_mcp.domain.stay_rules import RULE_TEXTS
from hostex_mcp.reads.accounts import read_books
from hostex_mcp.reads.portfolio import read_portfolio
from hostex_mcp.server.apps.views import read_view, view_resources
from hostex_mcp.server.engine import Engine
from hostex_mcp.server.failures import HINTS, hostex_failure
from hostex_mcp.server.feed import ACTIVITY
from hostex_mcp.server.house_rules import HOUSE_RULES
from hostex_mcp.server.render import to_json
from hostex_mcp.server.skills import read_skill, skill_resources
from hostex_mcp.toolkit.patience import run_in_time
from hostex_mcp.tools.catalogue import CATALOGUE, TOOLSETS
from hostex_mcp.tools.insights.month_end_rows import apart_rows, as_csv, home_rows

_JSON, _CSV, _TEXT = "application/json", "text/csv", "text/markdown"
_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])", re.ASCII)

_RULES = Resource(
    name="house-rules",
    title="House rules",
    uri=HOUSE_RULES,
    description="The host's own rules. Read them before you write to guests or propose changes.",
    mime_type=_TEXT,
)

_HAPPENED = Resource(
    name="activity",
    title="Activity",
    uri=ACTIVITY,
    description="What happened in the last day. Clients that subscribe are told when there is more.",
    mime_type=_JSON,
)

Read = Callable[[Engine, str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """A kind of resource with an address of its own for each thing: the tool whose rights it needs, and how
    one is read."""

    template: str
    argument: str
    title: str
    about: str
    mime_type: str
    tool: str
    read: Read

    @property
    def prefix(self) -> str:
        """Return what every address of the kind begins with."""
        return self.template.partition("{")[0]

    @property
    def suffix(self) -> str:
        """Return what every address of the kind ends with."""
        return self.template.partition("}")[2]

    def named(self, uri: str) -> str | None:
        """Return what an address of this kind names, None for an address of another."""
        if not (uri.startswith(self.prefix) and uri.endswith(self.suffix)):
            return None
        name = uri[len(self.prefix) : len(uri) - len(self.suffix)]
        return unquote(name) if name and "/" not in name else None


async def _answer(engine: Engine, tool: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answer of a reading tool; raise its error as the protocol's, as resources have no other."""
    result: Any = await engine.call(tool, arguments)
    answer: Mapping[str, Any] = result.structured_content
    if result.is_error:
        raise _refusal(answer)
    return answer


def _refusal(failed: Mapping[str, Any]) -> MCPError:
    """Return the protocol's error for the structured result of a failed call."""
    error = failed["error"]
    return MCPError(code=INVALID_PARAMS, message=f"{error['message']} {error['hint']}", data=error)


def _by_code(tool: str, argument: str) -> Read:
    async def read(engine: Engine, name: str) -> str:
        return to_json(await _answer(engine, tool, {argument: name}))

    return read


async def _property(engine: Engine, name: str) -> str:
    by = {"id": name} if name.isdigit() else {"name": name}
    answer = await _answer(engine, "list_properties", {**by, "detail": "full"})
    properties = answer["items"]
    if len(properties) != 1:
        problem = "No property has" if not properties else "Several properties have"
        raise MCPError(code=INVALID_PARAMS, message=f"{problem} this id or title.")
    notes = answer.get("notes")
    return to_json({**properties[0], **({"notes": notes} if notes else {})})


async def _month(engine: Engine, name: str) -> str:
    match = _MONTH.fullmatch(name)
    if match is None:
        message = "A month is written YYYY-MM and lies between 2000-01 and 2099-12."
        raise MCPError(code=INVALID_PARAMS, message=message)
    start = date(int(match[1]), int(match[2]), 1)
    # 31 days reach into the next month at most, and `months` parts them there.
    month = Period(start, start + timedelta(days=31)).months()[0]
    with unread() as lacking:
        homes = await read_portfolio(engine.context)
        books = await read_books(engine.context, homes, month, complete=True)
    # A spreadsheet has no place for a note about what it lacks.
    if lacking.left_out or lacking.lacks("rates"):
        reasons = f"{' '.join(lacking.notes())} get_month_end shows what there is."
        raise MCPError(code=INVALID_PARAMS, message=f"These accounts would be incomplete. {reasons}")
    pace = Pace()
    ledgers = await run_apart(books.stays, books.of_homes)
    await pace.rest()
    return as_csv(await in_pieces(chain(home_rows(books, ledgers), apart_rows(books))))


KINDS = (
    ResourceKind(
        "hostex://properties/{property_id}",
        "property_id",
        "Property",
        "One property by its id or title.",
        _JSON,
        "list_properties",
        _property,
    ),
    ResourceKind(
        "hostex://stays/{stay_code}",
        "stay_code",
        "Stay",
        "One stay with guest, money, thread, tasks and reviews.",
        _JSON,
        "get_stay",
        _by_code("get_stay", "stay_code"),
    ),
    ResourceKind(
        "hostex://conversations/{conversation_id}",
        "conversation_id",
        "Conversation",
        "One guest thread with its newest messages.",
        _JSON,
        "get_conversation",
        _by_code("get_conversation", "conversation_id"),
    ),
    ResourceKind(
        "hostex://month-end/{month}.csv",
        "month",
        "Accounts of a month",
        "One row per property and currency, and for what belongs to no property, for a spreadsheet.",
        _CSV,
        "get_month_end",
        _month,
    ),
)


async def list_resources(engine: Engine, *, views: bool) -> ListResourcesResult:
    """Return the house rules, the skills, the reference pages and, to a client that shows them, the documents
    of views."""
    ruled = await engine.context.house_rules() is not None
    return ListResourcesResult(
        resources=[
            *((_RULES,) if ruled else ()),
            *((_HAPPENED,) if "get_activity" in engine.selection.reachable else ()),
            *skill_resources(engine),
            *(
                Resource(
                    name=page.uri.rpartition("/")[2],
                    title=page.title,
                    uri=page.uri,
                    description=page.about,
                    mime_type=_TEXT,
                )
                for page in PAGES
            ),
            *(view_resources() if views else ()),
        ]
    )


async def list_templates(
    engine: Engine, params: PaginatedRequestParams | None
) -> ListResourceTemplatesResult:
    """Return the kinds of resources that this session may read."""
    return ListResourceTemplatesResult(
        resource_templates=[
            ResourceTemplate(
                name=kind.argument,
                title=kind.title,
                uri_template=kind.template,
                description=kind.about,
                mime_type=kind.mime_type,
            )
            for kind in KINDS
            if kind.tool in engine.selection.reachable
        ]
    )


async def read_resource(engine: Engine, params: ReadResourceRequestParams) -> ReadResourceResult:
    """Return what stands at an address.

    Raises:
        MCPError: -32602 for an address at which nothing stands, that this session may not read, or that
            Hostex does not answer for.
    """
    found = _fixed(engine, params.uri) or await _live(engine, params.uri)
    if found:
        return found
    addresses = ", ".join([*(kind.template for kind in KINDS), *(page.uri for page in PAGES)])
    raise MCPError(
        code=INVALID_PARAMS, message=f"There is no resource at {params.uri[:200]}; addresses: {addresses}"
    )


def _fixed(engine: Engine, uri: str) -> ReadResourceResult | None:
    """Return what stands at an address and is the same at any time, None where nothing does."""
    if engine.views != "off" and (view := read_view(uri)):
        return view
    page = next((page for page in PAGES if page.uri == uri), None)
    return _contents(uri, _TEXT, page.text()) if page else read_skill(engine, uri)


async def _live(engine: Engine, uri: str) -> ReadResourceResult | None:
    """Return what stands at an address and is read now, None where nothing does."""
    reachable = engine.selection.reachable
    if uri == ACTIVITY and "get_activity" in reachable:
        return _contents(uri, _JSON, await _in_time(uri, lambda: _activity(engine)))
    if uri == HOUSE_RULES and (rules := await engine.context.house_rules()) is not None:
        return _contents(uri, _TEXT, without_unseen(rules))
    for kind in KINDS:
        name = kind.named(uri)
        if name is not None and kind.tool in reachable:
            text = await _in_time(kind.prefix + kind.suffix, partial(kind.read, engine, name))
            return _contents(uri, kind.mime_type, text)
    return None


async def _activity(engine: Engine) -> str:
    return to_json(await _answer(engine, "get_activity", {}))


async def _in_time(name: str, read: Callable[[], Awaitable[str]]) -> str:
    try:
        return await run_in_time(name, read)
    except HostexError as error:
        raise _refusal(hostex_failure(error)) from None


def _contents(uri: str, mime_type: str, text: str) -> ReadResourceResult:
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=mime_type, text=text)])


_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "`guest_is` of guests waiting": get_args(waiting.Standing),
    "`check_in_details` of arrivals": get_args(readiness.Details),
    "`verdict` of an extension": get_args(feasibility.ExtensionVerdict),
    "`kind` of warnings of a day, most urgent first": briefing.KINDS,
    "`problem` of a gap": tuple(RULE_TEXTS),
    "`state` of a listing in conflict": ("open", "closed"),
    "`due` of reviews": ("write", "answer"),
    "Toolsets": TOOLSETS,
}


# Modules whose docstrings are served as they are: hosts and models read them.
_EXPLAINED = (
    nights,
    performance,
    on_the_books,
    month_end,
    availability,
    stay_rules,
    gaps,
    conflicts,
    turnovers,
    cleaning,
    feasibility,
    offers,
    briefing,
    readiness,
    waiting,
    guests,
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
    users: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for tool in CATALOGUE.values():
        for name, values in _choices("", tool.input_schema):
            users.setdefault((name, values), []).append(tool.name)
    arguments = [
        f"- `{name}` of {', '.join(dict.fromkeys(tools))}: {', '.join(values)}"
        for (name, values), tools in users.items()
    ]
    answers = [f"- {name}: {', '.join(values)}" for name, values in _ANSWERS.items()]
    return "\n".join(["Arguments:", "", *arguments, "", "Answers:", "", *answers])


def _choices(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the arguments of a schema that take one of some values, with those."""
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
    ReferencePage(
        "hostex://reference/enums", "Values", "The values that arguments and answers take.", _enums
    ),
    ReferencePage(
        "hostex://reference/errors", "Errors", "Every kind of error and what to do about it.", _errors
    ),
    ReferencePage(
        "hostex://reference/definitions", "Definitions", "What occupancy, ADR, gap … mean here.", _definitions
    ),
)
