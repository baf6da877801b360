"""The checks of `hostex-mcp doctor`, a small function for each thing that can be wrong."""
