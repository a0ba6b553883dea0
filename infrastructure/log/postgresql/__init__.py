"""Appends on PostgreSQL, from threads and from an event loop."""
