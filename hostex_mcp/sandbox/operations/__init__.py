"""The 86 operations, one module per domain."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import every module of operations, which registers what they hold."""
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
