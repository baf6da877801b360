"""What the project knows of the Hostex API, apart from client and sandbox, to hold both against it."""
