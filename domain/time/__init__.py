"""Calendars, business time, and sets of seconds."""
