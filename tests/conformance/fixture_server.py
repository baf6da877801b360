"""An MCP server of everything that the conformance suite looks for, served by our own application factory."""

from collections.abc import Callable
from typing import Any

from mcp import MCPError
from mcp.server import Server
from mcp.server.caching import CacheHint
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    PromptsListChanged,
    ToolsListChanged,
)
from mcp.types import (
    INVALID_PARAMS,
    BlobResourceContents,
    CallToolRequestParams,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    EmptyResult,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    Tool,
    UnsubscribeRequestParams,
)

from tests.conformance import fixture_questions, fixture_tools
from tests.conformance.fixture_tools import PICTURE, Context, FixtureTool, Outcome, embedded, picture, said

_TOOLS = {**fixture_tools.TOOLS, **fixture_questions.TOOLS}
_HINT = CacheHint(ttl_ms=60_000, scope="public")
_CACHED: tuple[Any, ...] = (
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
)
_RESOURCES = {
    "test://static-text": "This is the content of the static text resource.",
    "test://watched-resource": "This resource may change.",
}
_PICTURE_URI = "test://static-binary"
_TEMPLATE_START, _TEMPLATE_END = "test://template/", "/data"
_PROMPTS: dict[str, tuple[str, ...]] = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    "test_input_required_result_prompt": (),
}


def create_fixture_server() -> Server[Any]:
    """The server; each has its own subscribers and its own key for the state of questions."""
    bus = InMemorySubscriptionBus()
    tools = {**_TOOLS, **_changes(bus)}
    server = Server(
        "conformance-fixtures",
        version="1",
        cache_hints=dict.fromkeys(_CACHED, _HINT),
        get_tool_input_schema=lambda name: tools[name].input_schema if name in tools else None,
        on_list_tools=_lists_tools(tools),
        on_call_tool=_calls_tools(tools),
        on_list_resources=_list_resources,
        on_list_resource_templates=_list_templates,
        on_read_resource=_read,
        on_subscribe_resource=_subscribe,
        on_unsubscribe_resource=_subscribe,
        on_subscriptions_listen=ListenHandler(bus),
        on_list_prompts=_list_prompts,
        on_get_prompt=_prompt,
        on_completion=_complete,
    )
    server.add_request_handler("logging/setLevel", SetLevelRequestParams, _set_level)
    server.middleware.append(
        RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=server.name)
    )
    return server


def _changes(bus: InMemorySubscriptionBus) -> dict[str, FixtureTool]:
    def announcing(event: Callable[[], ToolsListChanged | PromptsListChanged]) -> FixtureTool:
        async def announce(_: Context, __: CallToolRequestParams) -> Outcome:
            await bus.publish(event())
            return said("The list has changed.")

        return FixtureTool(announce)

    return {
        "test_trigger_tool_change": announcing(ToolsListChanged),
        "test_trigger_prompt_change": announcing(PromptsListChanged),
    }


def _lists_tools(tools: dict[str, FixtureTool]) -> Callable[..., Any]:
    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(
            tools=[
                Tool(name=name, description=f"The suite's {name}", input_schema=tool.input_schema)
                for name, tool in tools.items()
            ]
        )

    return list_tools


def _calls_tools(tools: dict[str, FixtureTool]) -> Callable[..., Any]:
    async def call_tool(context: Context, params: CallToolRequestParams) -> Outcome:
        if params.name not in tools:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {params.name}")
        return await tools[params.name].handler(context, params)

    return call_tool


async def _list_resources(_: Context, __: PaginatedRequestParams | None) -> ListResourcesResult:
    uris = [*_RESOURCES, _PICTURE_URI]
    return ListResourcesResult(resources=[Resource(uri=uri, name=uri.rpartition("/")[2]) for uri in uris])


async def _list_templates(_: Context, __: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
    template = ResourceTemplate(uri_template=f"{_TEMPLATE_START}{{id}}{_TEMPLATE_END}", name="template")
    return ListResourceTemplatesResult(resource_templates=[template])


async def _read(_: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
    uri = params.uri
    if uri == _PICTURE_URI:
        blob = BlobResourceContents(uri=uri, mime_type="image/png", blob=PICTURE)
        return ReadResourceResult(contents=[blob])
    text, mime_type = _RESOURCES.get(uri), "text/plain"
    if uri.startswith(_TEMPLATE_START) and uri.endswith(_TEMPLATE_END):
        found = uri.removeprefix(_TEMPLATE_START).removesuffix(_TEMPLATE_END)
        text, mime_type = f'{{"id":"{found}","templateTest":true}}', "application/json"
    if text is None:
        raise MCPError(INVALID_PARAMS, "There is no such resource.", {"uri": uri})
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=mime_type, text=text)])


async def _subscribe(_: Context, __: SubscribeRequestParams | UnsubscribeRequestParams) -> EmptyResult:
    return EmptyResult()


async def _set_level(_: Context, __: SetLevelRequestParams) -> EmptyResult:
    return EmptyResult()


async def _list_prompts(_: Context, __: PaginatedRequestParams | None) -> ListPromptsResult:
    def shown(name: str, arguments: tuple[str, ...]) -> Prompt:
        takes = [PromptArgument(name=argument, required=True) for argument in arguments]
        return Prompt(name=name, description=f"The suite's {name}", arguments=takes)

    return ListPromptsResult(prompts=[shown(*prompt) for prompt in _PROMPTS.items()])


async def _prompt(_: Context, params: GetPromptRequestParams) -> GetPromptResult | InputRequiredResult:
    given = params.arguments or {}
    match params.name:
        case "test_simple_prompt":
            content = TextContent(type="text", text="This is a simple prompt for testing.")
        case "test_prompt_with_arguments":
            content = TextContent(type="text", text=f"Prompt with arguments: {given}")
        case "test_prompt_with_embedded_resource":
            content = embedded(given["resourceUri"], "Embedded resource content for testing.")
        case "test_prompt_with_image":
            content = picture()
        case "test_input_required_result_prompt":
            told = fixture_questions.background(params)
            if isinstance(told, InputRequiredResult):
                return told
            content = TextContent(type="text", text=told)
        case _:
            raise MCPError(INVALID_PARAMS, f"Unknown prompt: {params.name}")
    return GetPromptResult(messages=[PromptMessage(role="user", content=content)])


async def _complete(_: Context, params: CompleteRequestParams) -> CompleteResult:
    return CompleteResult(
        completion=Completion(values=[f"{params.argument.value}ing"], total=1, has_more=False)
    )
