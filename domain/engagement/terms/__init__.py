"""What was agreed: policies, and what has been published."""
