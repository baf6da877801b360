"""The tools and the prompt of the conformance suite that answer with a question (2026-07-28)."""

from collections.abc import Mapping
from typing import Any

from mcp import MCPError
from mcp.types import (
    INVALID_PARAMS,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolRequestParams,
    ClientCapabilities,
    GetPromptRequestParams,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    SamplingCapability,
)

from tests.conformance.fixture_tools import (
    Context,
    FixtureTool,
    Outcome,
    Schema,
    form,
    object_of,
    said,
    sampling,
)

_NAME = form("What is your name?", object_of("name", name={"type": "string"}))
_CONFIRM = form("Please confirm", object_of("ok", ok={"type": "boolean"}))
_COLOR = form("What is your favorite color?", object_of("color", color={"type": "string"}))
_BACKGROUND = form("What context should the prompt use?", object_of("context", context={"type": "string"}))


def answers(params: CallToolRequestParams | GetPromptRequestParams) -> Mapping[str, Any]:
    """What the client answered, by the key of the question."""
    given = params.input_responses or {}
    return {key: answer.model_dump(mode="json") for key, answer in given.items()}


def _asks(state: str | None = None, **questions: InputRequest) -> FixtureTool:
    """A tool that is done once all its questions are answered, with the state it gave out if it gave one."""

    async def call(_: Context, params: CallToolRequestParams) -> Outcome:
        given = answers(params)
        if not questions.keys() <= given.keys():
            return InputRequiredResult(input_requests=questions, request_state=state)
        if params.request_state != state:
            raise MCPError(INVALID_PARAMS, "The state is not the one that was given out.")
        return said(f"{'state-ok ' if state else ''}{given}")

    return FixtureTool(call)


async def _two_rounds(_: Context, params: CallToolRequestParams) -> Outcome:
    given = answers(params)
    if params.request_state == "second round" and "step2" in given:
        return said(f"Both steps were answered: {given}")
    if params.request_state == "first round" and "step1" in given:
        return InputRequiredResult(input_requests={"step2": _COLOR}, request_state="second round")
    return InputRequiredResult(input_requests={"step1": _NAME}, request_state="first round")


async def _only_what_is_declared(context: Context, _: CallToolRequestParams) -> Outcome:
    declared = context.session.client_capabilities or ClientCapabilities()
    questions: dict[str, InputRequest] = {}
    if declared.elicitation:
        questions["user_name"] = _NAME
    if declared.sampling:
        questions["greeting"] = sampling("Generate a greeting", 50)
    return InputRequiredResult(input_requests=questions) if questions else said("There is nobody to ask.")


async def _needs_sampling(context: Context, _: CallToolRequestParams) -> Outcome:
    if not context.session.check_client_capability(ClientCapabilities(sampling=SamplingCapability())):
        needed: dict[str, Schema] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "This needs sampling.", needed)
    return said("The client can sample.")


def background(params: GetPromptRequestParams) -> InputRequiredResult | str:
    """What the prompt that asks was told, or its question."""
    given = answers(params)
    if "user_context" not in given:
        return InputRequiredResult(input_requests={"user_context": _BACKGROUND})
    return str(given["user_context"])


TOOLS: dict[str, FixtureTool] = {
    "test_input_required_result_elicitation": _asks(user_name=_NAME),
    "test_streaming_elicitation": _asks(user_name=_NAME),
    "test_input_required_result_sampling": _asks(capital=sampling("What is the capital of France?", 100)),
    "test_input_required_result_list_roots": _asks(client_roots=ListRootsRequest()),
    "test_input_required_result_request_state": _asks("asked", confirm=_CONFIRM),
    "test_input_required_result_tampered_state": _asks("asked", confirm=_CONFIRM),
    "test_input_required_result_multiple_inputs": _asks(
        "asked thrice",
        user_name=_NAME,
        greeting=sampling("Generate a greeting", 50),
        client_roots=ListRootsRequest(),
    ),
    "test_input_required_result_multi_round": FixtureTool(_two_rounds),
    "test_input_required_result_capabilities": FixtureTool(_only_what_is_declared),
    "test_missing_capability": FixtureTool(_needs_sampling),
}
