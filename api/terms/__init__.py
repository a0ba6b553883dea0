"""The addresses of published terms."""
