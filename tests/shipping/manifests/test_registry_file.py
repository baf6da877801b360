"""manifests/server.json against what the MCP registry asks of it: its schema of 2025-12-11, in own words."""

import json
from typing import Any

import jsonschema
import pytest

from hostex_mcp import __version__
from hostex_mcp.settings import load
from tests.support.root import ROOT

FILE = ROOT / "manifests" / "server.json"
README = ROOT / "README.md"

INPUT: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "isRequired": {"type": "boolean"},
        "isSecret": {"type": "boolean"},
        "format": {"enum": ["string", "number", "boolean", "filepath"]},
        "default": {"type": "string"},
    },
    "additionalProperties": False,
}
TRANSPORT: dict[str, Any] = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"enum": ["stdio", "streamable-http", "sse"]},
        "url": {"type": "string", "pattern": r"^https?://[^\s]+$"},
    },
    "if": {"properties": {"type": {"const": "stdio"}}},
    "then": {"not": {"required": ["url"]}},
    "else": {"required": ["url"]},
}
PACKAGE: dict[str, Any] = {
    "type": "object",
    "required": ["registryType", "identifier", "transport"],
    "properties": {
        "registryType": {"enum": ["npm", "pypi", "oci", "nuget", "mcpb"]},
        "identifier": {"type": "string", "minLength": 1},
        "version": {"type": "string", "minLength": 1, "maxLength": 255, "not": {"const": "latest"}},
        "runtimeHint": {"enum": ["npx", "uvx", "docker", "dnx"]},
        "transport": TRANSPORT,
        "environmentVariables": {"type": "array", "items": INPUT},
        "fileSha256": {"type": "string", "pattern": "^[a-f0-9]{64}$"},
    },
    "if": {"properties": {"registryType": {"const": "mcpb"}}},
    "then": {"required": ["fileSha256"]},
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["$schema", "name", "description", "version"],
    "properties": {
        "$schema": {"const": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
        "name": {
            "type": "string",
            "minLength": 3,
            "maxLength": 200,
            "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$",
        },
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "description": {"type": "string", "minLength": 1, "maxLength": 100},
        "version": {"type": "string", "maxLength": 255, "not": {"const": "latest"}},
        "repository": {
            "type": "object",
            "required": ["url", "source"],
            "properties": {"url": {"type": "string"}, "source": {"type": "string"}},
        },
        "packages": {"type": "array", "items": PACKAGE},
        "remotes": {"type": "array", "items": TRANSPORT},
    },
    "additionalProperties": False,
}


@pytest.fixture
def server() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def test_the_registry_would_take_the_file(server: dict[str, Any]) -> None:
    jsonschema.validate(server, SCHEMA, jsonschema.Draft7Validator)


def test_all_versions_are_that_of_the_package(server: dict[str, Any]) -> None:
    by_type = {package["registryType"]: package for package in server["packages"]}
    assert server["version"] == by_type["pypi"]["version"] == __version__
    assert by_type["oci"]["identifier"].endswith(f":{__version__}")


def test_the_readme_proves_that_the_package_is_ours(server: dict[str, Any]) -> None:
    assert f"mcp-name: {server['name']}" in README.read_text(encoding="utf-8")


def test_every_variable_is_a_setting_that_takes_its_default(server: dict[str, Any]) -> None:
    for package in server["packages"]:
        defaults = {
            variable["name"]: variable.get("default", "tok-1") for variable in package["environmentVariables"]
        }
        settings = load(defaults)
        assert not settings.read_only
        assert settings.public_url in (None, "http://localhost:8000")


def test_the_token_is_a_secret(server: dict[str, Any]) -> None:
    [token] = [
        variable
        for package in server["packages"]
        for variable in package.get("environmentVariables", [])
        if variable["name"] == "HOSTEX_ACCESS_TOKEN"
    ]
    assert token["isSecret"]
    assert "default" not in token
