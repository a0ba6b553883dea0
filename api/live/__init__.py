"""The addresses of what goes on as it happens: streams of server-sent events."""
