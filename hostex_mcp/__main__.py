"""`python -m hostex_mcp` is `hostex-mcp`."""

from hostex_mcp.cli import main

if __name__ == "__main__":
    main()
