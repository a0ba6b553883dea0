"""The addresses of the commands, what their bodies say, and what they are answered."""
