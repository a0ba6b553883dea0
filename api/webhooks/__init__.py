"""The addresses of webhooks: who is told of what is recorded, and what became of each delivery."""
