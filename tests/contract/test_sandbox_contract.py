"""Walks all 86 operations of the description against the sandbox, over HTTP."""

import re
from copy import deepcopy

import pytest

from hostex_mcp.sandbox import TOKENS
from hostex_mcp.sandbox.state import Accounts
from tests.contract.conformity import missing_or_wrong
from tests.contract.description import OPERATIONS, Operation, Parameter, described
from tests.contract.hostex import Answer, Given, Hostex
from tests.contract.known import Known
from tests.contract.valid_calls import CALLS, full, minimal
from tests.contract.wrong_values import wrong_values

REFUSED = (400, 422)
REQUEST_ID = re.compile(r"RT[0-9]{14}[0-9a-f]{3,7}")
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))

LISTS = {
    name: operation
    for name, operation in OPERATIONS.items()
    if operation.method == "GET" and isinstance(operation.answer, dict)
}


def disagreements(operation: Operation, answer: Answer) -> list[str]:
    assert (answer.status, answer.code, answer.envelope["error_msg"]) == (200, 200, "Done."), answer.envelope
    assert REQUEST_ID.fullmatch(answer.envelope["request_id"])
    if operation.answer is None:
        return [] if answer.data is None else ["data: undocumented"]
    return list(missing_or_wrong(described().fields(operation), answer.data, "data"))


def assert_refused(answer: Answer, *codes: int) -> None:
    assert answer.status == 200
    assert answer.code in codes, answer.envelope
    assert answer.envelope["error_msg"]
    assert answer.data is None


def refusable(operation: Operation) -> list[Parameter]:
    """Return the parameters whose wrong values have to be refused."""
    return [*operation.placed("query"), *operation.placed("body")]


def test_every_operation_has_a_valid_call() -> None:
    assert CALLS.keys() == OPERATIONS.keys()


@each_operation
def test_a_call_with_every_parameter_is_answered_as_described(
    operation: Operation, known: Known, hostex: Hostex
) -> None:
    given = full(operation, known, hostex)
    documented = {param.name for param in operation.params if not param.deprecated}
    given_names = {*given.path, *given.query, *given.body}
    assert given_names <= documented
    answer = hostex.call(operation, given)
    assert disagreements(operation, answer) == []


@pytest.mark.parametrize("operation", LISTS.values(), ids=list(LISTS))
def test_filters_that_all_fit_a_row_find_it(operation: Operation, known: Known, untouched: Hostex) -> None:
    answer = untouched.call(operation, full(operation, known, untouched))
    lists = [name for name, shape in described().fields(operation).items() if shape.type == "array"]
    assert all((answer.data or {})[name] for name in lists)


@each_operation
def test_a_call_with_the_required_parameters_alone_is_answered_as_described(
    operation: Operation, known: Known, hostex: Hostex
) -> None:
    assert disagreements(operation, hostex.call(operation, minimal(operation, known, hostex))) == []


@each_operation
def test_a_missing_required_parameter_is_refused_and_changes_nothing(
    operation: Operation, known: Known, hostex: Hostex, pristine: Accounts
) -> None:
    given = minimal(operation, known, hostex)
    codes = REFUSED if operation.token else (*REFUSED, 401)
    for param in refusable(operation):
        if param.required is True:
            assert_refused(hostex.call(operation, given.without(param.name)), *codes)
    assert hostex.sandbox.accounts == pristine


@each_operation
def test_a_wrong_value_is_refused_and_changes_nothing(
    operation: Operation, known: Known, hostex: Hostex, pristine: Accounts
) -> None:
    given = full(operation, known, hostex)
    codes = REFUSED if operation.token else (*REFUSED, 401)
    for param in refusable(operation):
        valid = {**given.query, **given.body}.get(param.name)
        for value in wrong_values(param, valid, text=param.place == "query"):
            if (param.name, value) != ("limit", 101):
                answer = hostex.call(operation, given.put(param.place, param.name, value))
                assert answer.code in codes, (param.name, value, answer.envelope)
                assert_refused(answer, *codes)
    assert hostex.sandbox.accounts == pristine


@each_operation
def test_unknown_query_and_body_keys_change_nothing(
    operation: Operation, known: Known, hostex: Hostex, pristine: Accounts
) -> None:
    given = minimal(operation, known, hostex)
    surplus = given.put("query", "per_page", 1).put("query", "page", 2)
    if operation.placed("body"):
        surplus = surplus.put("body", "no_such_key", {"a": [1]})
    answer = hostex.call(operation, surplus)
    assert disagreements(operation, answer) == []
    assert "no_such_key" not in repr(hostex.sandbox.accounts)
    if not operation.writes:
        assert answer.data == hostex.call(operation, given).data
        assert hostex.sandbox.accounts == pristine


@each_operation
def test_a_read_only_token_reads_everything_and_writes_nothing(
    operation: Operation, known: Known, hostex: Hostex, pristine: Accounts
) -> None:
    given = minimal(operation, known, hostex)
    answer = hostex.call(operation, given, TOKENS.READ_ONLY)
    if operation.writes and operation.token:
        assert_refused(answer, 401)
        assert answer.envelope["error_msg"] == "Not authorized for this action."
        assert hostex.sandbox.accounts == pristine
    else:
        assert disagreements(operation, answer) == []


@pytest.mark.parametrize(
    ("token", "code", "message"),
    [
        (TOKENS.DEAD, 401, "Invalid access token."),
        ("nobody-knows-this-one", 401, "Invalid access token."),
        (None, 401, "Invalid access token."),
        (TOKENS.LAPSED, 420, "Subscription expired"),
    ],
)
def test_without_a_live_token_every_operation_is_refused(
    token: str | None, code: int, message: str, known: Known, hostex: Hostex, pristine: Accounts
) -> None:
    for operation in OPERATIONS.values():
        if operation.token:
            answer = hostex.call(operation, minimal(operation, known, hostex), token)
            assert_refused(answer, code)
            assert answer.envelope["error_msg"] == message
    assert hostex.sandbox.accounts == pristine


def test_reservations_conversations_and_reviews_carry_no_total(known: Known, hostex: Hostex) -> None:
    without_total = set[str]()
    for operation in OPERATIONS.values():
        if operation.method == "GET" and any(param.name == "offset" for param in operation.params):
            data = hostex.call(operation, minimal(operation, known, hostex)).data or {}
            if "total" not in data:
                without_total.add(operation.path)
    assert without_total == {"/reservations", "/conversations", "/reviews"}


def test_no_list_returns_more_than_100_rows(known: Known, untouched: Hostex) -> None:
    for operation in OPERATIONS.values():
        if any(param.name == "limit" for param in operation.params):
            given = minimal(operation, known, untouched).put("query", "limit", 1000)
            answer = untouched.call(operation, given)
            lists = [name for name, shape in described().fields(operation).items() if shape.type == "array"]
            assert all(len((answer.data or {name: []})[name]) <= 100 for name in lists)


def test_reading_everything_changes_nothing(known: Known, untouched: Hostex, pristine: Accounts) -> None:
    assert known.threads
    assert untouched.sandbox.accounts == deepcopy(pristine)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("GET /reservations", Given(query={"start_check_in_date": "2026-06-01"})),
        ("GET /reservations", Given(query={"end_check_in_date": "2026-06-01"})),
        ("GET /reservations", Given(query={"start_check_out_date": "2026-06-01"})),
        (
            "GET /reservations",
            Given(query={"start_check_in_date": "2026-01-01", "end_check_in_date": "2026-08-01"}),
        ),
        ("GET /pricing_ratios", Given()),
        ("GET /transactions", Given()),
        ("GET /transactions", Given(query={"reservation_code": "0-1"})),
        ("GET /transactions", Given(query={"start_date": "2026-01-01"})),
        ("GET /transactions", Given(query={"start_date": "2025-01-01", "end_date": "2026-06-01"})),
        (
            "GET /reviews",
            Given(
                query={
                    "offset": 0,
                    "limit": 20,
                    "start_check_out_date": "2025-12-01",
                    "end_check_out_date": "2026-05-30",
                }
            ),
        ),
        ("POST /calendar_share_links", Given(body={"scope": "partial"})),
        ("POST /calendar_share_links", Given(body={"scope": "partial", "property_ids": []})),
    ],
)
def test_parameters_that_depend_on_each_other_are_checked(name: str, given: Given, untouched: Hostex) -> None:
    assert_refused(untouched.call(OPERATIONS[name], given), *REFUSED)
