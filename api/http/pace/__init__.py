"""How much a principal may ask in a short time: what is asked of a kind, and what is left of that."""
