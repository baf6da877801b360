"""The MCP server: lists tools, runs them, and shapes results and errors, over any transport."""
