"""What waits for whom over all engagements, and which clocks breach next: their rows and their pages."""
