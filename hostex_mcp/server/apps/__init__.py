"""Views in apps that show them (MCP Apps)."""
