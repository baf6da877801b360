"""The authorization server (OAuth 2.1) and the check of its tokens at `/mcp`."""
