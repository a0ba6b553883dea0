"""Assignments: matched, onboarded, away, departed."""
