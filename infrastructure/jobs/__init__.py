"""What is worked out in the background: asked for in a table, in processes of its own, one at a time."""
