"""The operations of the Hostex API and their models, a file for each area."""
