"""Which tools a session lists and which it may call, from the operator's choice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hostex_mcp.toolkit.arguments import nearest
from hostex_mcp.toolkit.tool import Effect, Tool
from hostex_mcp.tools.catalogue import APP_TOOLS, CATALOGUE, TOOLSETS

CORE, ALL = "core", "all"


class UnknownName(ValueError):
    """A toolset or tool that does not exist was named; `setting` is the variable to mend."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(problem)
        self.setting = setting


@dataclass(frozen=True, slots=True)
class Selection:
    """`listed` is what `tools/list` shows, in stable order; `reachable` is what may be called. With the
    default toolset everything is reachable; toolsets that were chosen are a boundary."""

    listed: Mapping[str, Tool]
    reachable: Mapping[str, Tool]

    @property
    def for_views(self) -> Mapping[str, Tool]:
        """The tools that views may call beside those that are reachable."""
        return {
            name: tool
            for name, tool in APP_TOOLS.items()
            if not tool.rights_of or tool.rights_of in self.reachable
        }

    def bounded(
        self,
        toolsets: Collection[str] | None = None,
        *,
        read_only: bool = False,
        tools: Collection[str] = (),
        without: Collection[str] = (),
    ) -> "Selection":
        """Return what of this selection is in the toolsets, all if None, or among `tools`, and not `without`,
        and reads if only that is allowed. The tools that find and call others stay, since they reach nothing
        else."""
        reachable = {
            name: tool
            for name, tool in self.reachable.items()
            if (tool.effect is Effect.READ or not read_only)
            and (toolsets is None or tool.toolset in (*toolsets, CORE) or name in tools)
            and name not in without
        }
        return Selection({name: tool for name, tool in self.listed.items() if name in reachable}, reachable)

    def narrowed_to(self, toolsets: Sequence[str]) -> "Selection":
        """Return what of this selection these toolsets list and reach.

        Raises:
            UnknownName: for a toolset that does not exist.
        """
        return select(toolsets, catalogue=self.reachable)


def select(
    toolsets: Sequence[str] = (CORE,),
    tools: Collection[str] = (),
    exclude: Collection[str] = (),
    *,
    read_only: bool = False,
    catalogue: Mapping[str, Tool] = CATALOGUE,
) -> Selection:
    """Return the tools of these toolsets plus `tools`, without `exclude`, which always wins, and without
    writes in read-only mode.

    Raises:
        UnknownName: for a toolset or tool that does not exist.
    """
    _require_names("HOSTEX_MCP_TOOLSETS", toolsets, (CORE, ALL, *TOOLSETS))
    _require_names("HOSTEX_MCP_TOOLS", tools, tuple(catalogue))
    _require_names("HOSTEX_MCP_EXCLUDE_TOOLS", exclude, tuple(catalogue))
    allowed = {
        name: tool
        for name, tool in catalogue.items()
        if name not in exclude and (tool.effect is Effect.READ or not read_only)
    }
    listed = {name: tool for name, tool in allowed.items() if name in tools or _is_listed(tool, toolsets)}
    return Selection(listed, allowed if CORE in toolsets else listed)


def _is_listed(tool: Tool, toolsets: Sequence[str]) -> bool:
    return ALL in toolsets or tool.toolset in toolsets or (tool.core and CORE in toolsets)


def _require_names(setting: str, names: Collection[str], existing: Sequence[str]) -> None:
    for name in names:
        if name not in existing:
            guess = nearest(name, existing)
            hint = f" (did you mean {guess}?)" if guess else ""
            raise UnknownName(setting, f"{name!r} does not exist{hint}; allowed: {', '.join(existing)}")
