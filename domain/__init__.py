"""The rules, as plain Python: events, commands, state and the decisions between them. No third-party import or I/O."""
