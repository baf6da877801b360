"""The accounts behind the connections: their Hostex credentials, engines and bounds."""
