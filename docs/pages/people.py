"""The page of people: roles and the tools of each, from the roles themselves."""

from pathlib import Path

from hostex_mcp.tools.catalogue import CATALOGUE
from hostex_mcp.tools.roles import ROLES, Role
from hostex_mcp.tools.selection import ALL, CORE, select

_TEMPLATE = Path(__file__).with_suffix(".md")
_HIDDEN = {"standard": "door codes and identity documents", "strict": "contact details as well"}


def people() -> str:
    """The text of docs/people.md."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    return text.replace("<!-- roles -->", _roles()).replace("<!-- tools -->", _tools())


def _roles() -> str:
    lines = ["| Role | Sees and does | Changes | Properties | Money | Hidden | The owner decides on |"]
    lines.append("|---|---|---|---|---|---|---|")
    lines += [f"| {' | '.join(_cells(role))} |" for role in ROLES.values()]
    return "\n".join(lines)


def _cells(role: Role) -> tuple[str, ...]:
    return (
        f"**{role.title}**",
        role.about,
        "yes" if role.writes else "no",
        "some" if role.some else "all",
        "yes" if role.money else "no",
        _HIDDEN[role.privacy],
        "cancelled and declined bookings"
        if role.cancelled
        else "nothing"
        if role.writes
        else "nobody can change anything",
    )


def _tools() -> str:
    titles = " | ".join(role.title for role in ROLES.values())
    lines = [f"| Tool | {titles} |", f"|---|{'---|' * len(ROLES)}"]
    served = [_served(role) for role in ROLES.values()]
    for name, tool in CATALOGUE.items():
        if tool.toolset != CORE:
            marks = " | ".join("✓" if name in names else "no" for names in served)
            lines.append(f"| `{name}` | {marks} |")
    return "\n".join(lines)


def _served(role: Role) -> frozenset[str]:
    toolsets = None if ALL in role.toolsets else role.toolsets
    chosen = select((ALL,)).bounded(
        toolsets, read_only=not role.writes, tools=role.tools, without=role.without
    )
    return frozenset(chosen.reachable)
