"""The MCP transport over HTTP: hosts, bodies, limits, queues, probes and metrics."""
