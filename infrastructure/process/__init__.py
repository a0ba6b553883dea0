"""The process: its settings, logs and counters."""
