"""The engine over the sandbox, as the tools' tests have it."""

from tests.tools.conftest import call, client, engine, sandbox

__all__ = ["call", "client", "engine", "sandbox"]
