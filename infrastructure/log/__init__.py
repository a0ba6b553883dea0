"""The log: one writer that commits appends together, and what reads."""
