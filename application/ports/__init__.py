"""What the application asks of the infrastructure: the log, the published terms, the clock."""
