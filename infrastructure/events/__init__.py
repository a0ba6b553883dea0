"""Events as they are stored: their JSON, their rows, and what maps them."""
