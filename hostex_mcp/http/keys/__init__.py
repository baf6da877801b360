"""The keys of this server, and the files they live in."""
