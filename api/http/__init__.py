"""What HTTP has in common at every address: how requests are read, found and answered, and what a problem is."""
