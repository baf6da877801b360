"""The tools: thin functions from arguments to one Hostex call or one domain function."""
