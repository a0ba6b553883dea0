"""The end of the log as it grows: read once, for all who follow it."""
