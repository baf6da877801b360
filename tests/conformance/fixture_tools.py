"""The tools that the conformance suite calls to see each kind of result, notice and question."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.server.connection import allowed_log_levels
from mcp.server.context import ServerRequestContext
from mcp.shared.message import ServerMessageMetadata
from mcp.types import (
    AudioContent,
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    EmbeddedResource,
    ImageContent,
    InputRequiredResult,
    LoggingMessageNotification,
    LoggingMessageNotificationParams,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)

Context = ServerRequestContext[Any]
Outcome = CallToolResult | InputRequiredResult
Handler = Callable[[Context, CallToolRequestParams], Awaitable[Outcome]]
Schema = dict[str, Any]

# A PNG of one red pixel, and a WAV file without a sample.
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
SOUND = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="

RICH_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


@dataclass(frozen=True)
class FixtureTool:
    """A tool of the suite: what answers a call, and the arguments it takes."""

    handler: Handler
    input_schema: Schema = field(default_factory=lambda: {"type": "object", "properties": {}})


def said(text: str) -> CallToolResult:
    """A result of one text."""
    return CallToolResult(content=[TextContent(type="text", text=text)])


def picture() -> ImageContent:
    """A picture as tools and prompts show it."""
    return ImageContent(type="image", data=PICTURE, mime_type="image/png")


def embedded(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    """A resource inside a result."""
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return EmbeddedResource(type="resource", resource=contents)


def object_of(*required: str, **properties: Schema) -> Schema:
    """The schema of an object."""
    return {"type": "object", "properties": properties, "required": list(required)}


def form(message: str, schema: Schema) -> ElicitRequest:
    """A question to the user."""
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sampling(prompt: str, most: int) -> CreateMessageRequest:
    """A question to the client's model."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=most))


def _always(*content: ContentBlock, is_error: bool = False) -> FixtureTool:
    async def answer(_: Context, __: CallToolRequestParams) -> Outcome:
        return CallToolResult(content=list(content), is_error=is_error)

    return FixtureTool(answer)


async def _logging(context: Context, _: CallToolRequestParams) -> Outcome:
    wanted = "info" in allowed_log_levels(context.protocol_version, context.meta)
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        if wanted:
            entry = LoggingMessageNotificationParams(level="info", data=text)
            await context.session.send_notification(
                LoggingMessageNotification(params=entry), context.request_id
            )
        await anyio.sleep(0.02)
    return said("Three steps were logged.")


async def _progress(context: Context, _: CallToolRequestParams) -> Outcome:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
        await anyio.sleep(0.02)
    return said("Progress was reported.")


async def _sampling(context: Context, params: CallToolRequestParams) -> Outcome:
    question = sampling(str((params.arguments or {})["prompt"]), 100)
    answer = await context.session.send_request(question, CreateMessageResult, metadata=_same_stream(context))
    return said(f"LLM response: {answer.model_dump(mode='json')['content']}")


def _asking(message: str | None, schema: Schema) -> Handler:
    async def ask(context: Context, params: CallToolRequestParams) -> Outcome:
        question = form(message or str((params.arguments or {})["message"]), schema)
        answer = await context.session.send_request(question, ElicitResult, metadata=_same_stream(context))
        return said(f"Elicitation completed: action={answer.action}, content={answer.content}")

    return ask


def _same_stream(context: Context) -> ServerMessageMetadata:
    return ServerMessageMetadata(related_request_id=context.request_id)


_TEXT: Schema = {"type": "string"}
_CONTACT = object_of("username", "email", username=_TEXT, email=_TEXT)
_DEFAULTS = object_of(
    name={"type": "string", "default": "John Doe"},
    age={"type": "integer", "default": 30},
    score={"type": "number", "default": 95.5},
    status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    verified={"type": "boolean", "default": True},
)
_CHOICES = [{"const": "value1", "title": "First"}, {"const": "value2", "title": "Second"}]
_PLAIN = {"type": "string", "enum": ["option1", "option2", "option3"]}
_ENUMS = object_of(
    untitledSingle=_PLAIN,
    titledSingle={"type": "string", "oneOf": _CHOICES},
    legacyEnum={"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
    untitledMulti={"type": "array", "items": _PLAIN},
    titledMulti={"type": "array", "items": {"anyOf": _CHOICES}},
)

TOOLS: dict[str, FixtureTool] = {
    "test_simple_text": _always(TextContent(type="text", text="This is a simple text response for testing.")),
    "test_error_handling": _always(
        TextContent(type="text", text="This tool intentionally returns an error for testing"), is_error=True
    ),
    "test_image_content": _always(picture()),
    "test_audio_content": _always(AudioContent(type="audio", data=SOUND, mime_type="audio/wav")),
    "test_embedded_resource": _always(embedded("test://embedded-resource", "This is an embedded resource.")),
    "test_multiple_content_types": _always(
        TextContent(type="text", text="Multiple content types test:"),
        picture(),
        embedded("test://mixed-content-resource", '{"test":"data","value":123}', "application/json"),
    ),
    "test_tool_with_logging": FixtureTool(_logging),
    "test_logging_tool": FixtureTool(_logging),
    "test_tool_with_progress": FixtureTool(_progress),
    "test_sampling": FixtureTool(_sampling, object_of("prompt", prompt=_TEXT)),
    "test_elicitation": FixtureTool(_asking(None, _CONTACT), object_of("message", message=_TEXT)),
    "test_elicitation_sep1034_defaults": FixtureTool(_asking("Are these right?", _DEFAULTS)),
    "test_elicitation_sep1330_enums": FixtureTool(_asking("Which ones?", _ENUMS)),
    "json_schema_2020_12_tool": FixtureTool(_always().handler, RICH_SCHEMA),
    "test_custom_headers": FixtureTool(
        _always().handler, object_of("region", region={"type": "string", "x-mcp-header": "Region"})
    ),
}
