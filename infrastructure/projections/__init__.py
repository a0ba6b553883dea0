"""What is kept up to date beside the log."""
