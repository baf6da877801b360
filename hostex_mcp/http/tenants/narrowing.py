"""How far a request is served: what the operator set, then what the grant allows, then what the address
asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from hostex_mcp.http.config import WRITE
from hostex_mcp.http.store.records import Choices
from hostex_mcp.http.transport.caller import Caller
from hostex_mcp.http.transport.refusals import HttpRefusal
from hostex_mcp.scope import REMEDY
from hostex_mcp.server.assembly import Reach
from hostex_mcp.settings import PrivacyLevel, Settings
from hostex_mcp.tools.roles import ABOUT_MONEY
from hostex_mcp.tools.selection import ALL, CORE, Selection, UnknownName

_SWITCH = {"1": True, "true": True, "0": False, "false": False}
_STRICTEST: tuple[PrivacyLevel, ...] = ("strict", "standard", "full")
_CHOSEN = (
    "They were chosen when this server was connected; connect it in your app again to choose others. The "
    "operator of the server may have set a limit of their own."
)


@dataclass(frozen=True, slots=True)
class View:
    """What an address asks for: toolsets, None for all that there are, and reading only."""

    toolsets: tuple[str, ...] | None = None
    read_only: bool = False


def view_of(parameters: Mapping[str, str]) -> View:
    """Return the view that the parameters of an address name.

    Raises:
        Refused: one of them, or its value, does not exist.
    """
    for name in parameters:
        if name not in ("toolsets", "read_only"):
            raise HttpRefusal(400, f"The address takes toolsets and read_only, not {name[:100]!r}.")
    switch = parameters.get("read_only", "0").lower()
    if switch not in _SWITCH:
        raise HttpRefusal(400, "read_only in the address must be 1 or 0.")
    return View(_toolsets(parameters.get("toolsets")), _SWITCH[switch])


def _toolsets(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    names = dict.fromkeys(part.strip() for part in text.split(","))
    names.pop("", None)
    if not names:
        raise HttpRefusal(
            400, "toolsets in the address must name at least one, such as toolsets=calendar,finance."
        )
    return tuple(sorted(names))


def selection_for(operator: Selection, caller: Caller, view: View) -> Selection:
    """Return what of the operator's selection the caller reaches in this view; never more than in any other.

    Raises:
        Refused: the view names a toolset that does not exist.
    """
    choices = caller.grant.choices if caller.grant else None
    may_write = WRITE in caller.scopes and (choices is None or WRITE in choices.scopes)
    bounded = operator.bounded(
        _bound(choices),
        read_only=view.read_only or not may_write,
        tools=choices.tools if choices else (),
        without=() if choices is None or choices.money else ABOUT_MONEY,
    )
    if view.toolsets is None:
        return bounded
    try:
        return bounded.narrowed_to(view.toolsets)
    except UnknownName as error:
        raise HttpRefusal(400, f"toolsets in the address: {error}.") from None


def reach_for(settings: Settings, caller: Caller) -> Reach:
    """Return the properties and the privacy of a caller, the stricter of the operator's and the grant's, and
    how changes are confirmed if the person chose that."""
    choices = caller.grant.choices if caller.grant else Choices(caller.scopes, privacy="full")
    operator, chosen = frozenset(settings.property_ids), frozenset(choices.property_ids)
    levels = settings.privacy, choices.privacy
    return Reach(
        account=caller.account,
        privacy=next(level for level in _STRICTEST if level in levels),
        property_ids=operator & chosen if operator and chosen else operator or chosen or None,
        remedy=_CHOSEN if chosen else REMEDY,
        money=choices.money,
        confirm="token" if settings.confirm == "auto" and choices.confirm == "token" else None,
    )


def _bound(choices: Choices | None) -> tuple[str, ...] | None:
    """Return the toolsets that a grant is bound to. Every topic means whatever the operator serves."""
    if choices is None or CORE in choices.toolsets or ALL in choices.toolsets:
        return None
    return choices.toolsets
