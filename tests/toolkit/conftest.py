"""The engine over the sandbox, as the tests of tools have it."""

from tests.tools.conftest import call, client, engine, sandbox

__all__ = ["call", "client", "engine", "sandbox"]
