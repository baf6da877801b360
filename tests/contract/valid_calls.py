"""The table of valid calls, and the longest and the shortest form of each."""

from tests.contract.calls import CALENDAR, MESSAGING, PROPERTIES
from tests.contract.calls_on_rules import RULES
from tests.contract.calls_on_stays import MONEY, RESERVATIONS, TASKS
from tests.contract.description import Operation
from tests.contract.hostex import Given, Hostex
from tests.contract.known import Known

CALLS = PROPERTIES | CALENDAR | RESERVATIONS | MESSAGING | TASKS | MONEY | RULES


def full(operation: Operation, known: Known, hostex: Hostex) -> Given:
    """Return a call with everything that the operation takes at once."""
    given = CALLS[operation.name](known)
    if operation.path == "/oauth/authorizations":
        return given.without("refresh_token").put("body", "code", hostex.authorization_code())
    return given


def minimal(operation: Operation, known: Known, hostex: Hostex) -> Given:
    """Return a call with nothing that can be left out."""
    given = full(operation, known, hostex)
    required = {param.name for param in operation.params if param.required}
    return given.among(required | given.needed)
