"""Several Hostex calls joined into one fact. Reads render nothing and declare no tool."""
