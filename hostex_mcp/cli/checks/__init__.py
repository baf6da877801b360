"""What `hostex-mcp doctor` looks at, one small function for each thing that can be wrong."""
