"""One module a kind of system: its client, its health check and its tools. The module's name is the kind."""
