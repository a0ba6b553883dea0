"""The life of an engagement: its state, and a room for each deed, with the rules that forbid it."""
