"""The rules, as plain Python: events, commands, state, and the decisions between them. No third-party import, clock or I/O."""
