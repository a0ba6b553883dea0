"""Metrics: pure functions of a history, an instant and a window."""
