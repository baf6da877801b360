"""The MCP SDK, loaded without what a server over stdio seldom or never uses: its client, its high-level
server, what serves HTTP, and the types of protocol versions until one is spoken.

The SDK imports all of that as it is imported, which takes most of a start. Here its packages run their own
`__init__` only when a name is asked of them that is not there yet, and the modules in `_LATER` give names
that stand for theirs and load them at the first use of any kind. So nothing is missing: what another version
of the SDK has elsewhere is loaded at once, as ever."""

import importlib
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import version
from types import ModuleType
from typing import Any

_TYPES = "mcp_types"
_WIRE = (f"{_TYPES}._v2025_11_25", f"{_TYPES}._v2026_07_28")
_PACKAGES = frozenset(("mcp", "mcp.server"))
_LATER = (
    *_WIRE,
    *("mcp.server.auth", "mcp.server.sse", "mcp.server.transport_security"),
    *("mcp.server.streamable_http", "mcp.server.streamable_http_manager", "starlette"),
)
# What another version does with names that stand for others, nobody knows.
_TRIED = "2.3."
_NEEDED = (
    *("mcp.server.lowlevel", "mcp.server.stdio", "mcp.server.subscriptions"),
    *("mcp.types", "mcp.types.version"),
)


def load_lean() -> None:
    """Load what a server over stdio needs of the SDK, unless it is loaded already. An SDK of another version
    than was tried, or one that cannot be loaded like this, is left to be loaded whole by whoever imports
    it."""
    if _TYPES in sys.modules or not version("mcp").startswith(_TRIED):
        return
    try:
        with _postponing():
            for name in _NEEDED:
                importlib.import_module(name)
    # Whatever an unknown version does while it is loaded.
    except Exception:
        for name in [name for name in sys.modules if name.partition(".")[0] in ("mcp", _TYPES)]:
            del sys.modules[name]


@contextmanager
def _postponing() -> Generator[None]:
    """Postpone what may be, as long as the block runs; whoever imports a postponed module later gets it."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name, module in sys.modules.items() if isinstance(module, _LaterModule)]:
            del sys.modules[name]
            parent, _, child = name.rpartition(".")
            vars(sys.modules.get(parent, ModuleType(parent))).pop(child, None)


class _Finder(MetaPathFinder):
    """Finds the packages and modules that are postponed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how a postponed module is loaded."""
        if any(fullname == name or fullname.startswith(f"{name}.") for name in _LATER):
            return ModuleSpec(fullname, _LaterLoader(), is_package=True)
        spec = PathFinder.find_spec(fullname, path) if fullname in _PACKAGES else None
        if spec and spec.loader:
            spec.loader = _PackageLoader(spec.loader)
        return spec


class _Package(ModuleType):
    """A package whose `__init__` has not run yet."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        # What the machinery of imports asks of each module is no reason.
        if name.startswith("__") or not (spec and isinstance(spec.loader, _PackageLoader)):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        loader = spec.loader.own
        spec.loader = self.__loader__ = loader
        loader.exec_module(self)
        return getattr(self, name)


class _PackageLoader(Loader):
    """Loads a package without running its `__init__`."""

    def __init__(self, own: Loader) -> None:
        self.own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the package, as yet empty."""
        return _Package(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing as yet."""


class _LaterModule(ModuleType):
    """A module all of whose names are known only once one is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        later = _Later(self.__name__, name)
        setattr(self, name, later)
        return later


class _LaterLoader(Loader):
    """Loads nothing as yet."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module, as yet without names."""
        return _LaterModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing as yet."""


class _Later:
    """What a module has under a name, loaded at the first use: as a function or class, as a base, in a check
    of an instance, in a union, as a type that pydantic reads. A number (the SDK has some as defaults of what
    serves HTTP) is none before that, and using it as one is an error."""

    def __init__(self, module: str, name: str) -> None:
        self._place = module, name

    @cached_property
    def _own(self) -> Any:
        module, name = self._place
        return getattr(importlib.import_module(module), name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._own(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def __getitem__(self, key: Any) -> Any:
        return self._own[key]

    def __or__(self, other: Any) -> Any:
        return self._own | other

    def __ror__(self, other: Any) -> Any:
        return other | self._own

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._own,)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, self._own)

    def __subclasscheck__(self, subclass: Any) -> bool:
        return issubclass(subclass, self._own)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return handler(self._own)
