"""hostex-mcp: run a vacation-rental business from any LLM, through the Hostex API."""

__version__ = "0.1.0"
