"""Concerns: underperformance reported, taken up, settled."""
