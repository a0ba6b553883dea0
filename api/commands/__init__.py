"""The addresses of the commands, and what their bodies and headers say."""
