"""MCP over HTTP for many hosts: transport, authorization server, pages, storage."""
