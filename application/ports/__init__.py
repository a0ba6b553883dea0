"""What the application asks of the infrastructure: the log, the list of engagements, the published terms, the clock."""
