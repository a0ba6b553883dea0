"""Appends on SQLite."""
