"""Reads a list of MCP tools as JSON and prints what the libraries of model APIs make of each.

Runs in an environment of its own, whose packages are not there where types are checked: hence the imports by
name.
"""

import asyncio
import json
import sys
from importlib import import_module
from typing import Any

Forms = dict[str, dict[str, Any]]


def anthropic(tools: list[Any]) -> Forms:
    made = import_module("anthropic.lib.tools.mcp").async_mcp_tool
    strict = import_module("anthropic").transform_schema
    plain = {tool.name: made(tool, None).to_dict()["input_schema"] for tool in tools}
    return {"anthropic": plain, "anthropic strict": {tool.name: strict(tool.inputSchema) for tool in tools}}


def openai(tools: list[Any]) -> Forms:
    agents = import_module("agents.mcp")
    server = agents.MCPServerStdio({"command": "none"})
    made = agents.MCPUtil.to_function_tool
    forms: Forms = {}
    for strict in (False, True):
        functions = [made(tool, server, strict) for tool in tools]
        assert all(function.strict_json_schema is strict for function in functions)
        name = "openai strict" if strict else "openai"
        forms[name] = {function.name: function.params_json_schema for function in functions}
    return forms


def gemini(tools: list[Any]) -> Forms:
    made = import_module("google.genai._mcp_utils").mcp_to_gemini_tools
    declared = [tool.function_declarations[0] for tool in made(tools)]
    sent = {
        declaration.name: declaration.parameters.model_dump(mode="json", exclude_none=True)
        for declaration in declared
    }
    return {"gemini": sent}


def langchain(tools: list[Any]) -> Forms:
    adapted = import_module("langchain_mcp_adapters.tools").convert_mcp_tool_to_langchain_tool
    function = import_module("langchain_core.utils.function_calling").convert_to_openai_tool
    made = [adapted(None, tool, connection={"transport": "stdio"}) for tool in tools]

    def parameters(strict: bool) -> dict[str, Any]:
        return {tool.name: function(tool, strict=strict)["function"]["parameters"] for tool in made}

    return {"langchain": parameters(False), "langchain strict": parameters(True)}


def pydantic_ai(tools: list[Any]) -> Forms:
    profiles = {
        "openai strict": ("pydantic_ai.profiles.openai", "OpenAIJsonSchemaTransformer"),
        "gemini json": ("pydantic_ai.profiles.google", "GoogleJsonSchemaTransformer"),
        "gemini": ("pydantic_ai.profiles.google", "GoogleOpenAPISchemaTransformer"),
        "anthropic strict": ("pydantic_ai.providers.anthropic", "AnthropicJsonSchemaTransformer"),
    }
    forms: Forms = {}
    for name, (module, kind) in profiles.items():
        transformer = getattr(import_module(module), kind)
        forms[f"pydantic-ai {name}"] = {
            tool.name: transformer(json.loads(json.dumps(tool.inputSchema)), strict=True).walk()
            for tool in tools
        }
    return forms


async def main() -> None:
    tool = import_module("mcp.types").Tool
    tools = [tool.model_validate(definition) for definition in json.load(sys.stdin)]
    forms: Forms = {}
    for library in (anthropic, openai, gemini, langchain, pydantic_ai):
        forms |= library(tools)
    print(json.dumps(forms))


asyncio.run(main())
