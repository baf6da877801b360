"""How a tool is declared, what it takes and what it returns; it knows no tool."""
