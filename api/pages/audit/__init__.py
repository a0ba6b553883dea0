"""The audit: how a history is found, and the history as a document."""
