"""What of an engagement is not for somebody's eyes: one table, applied to the facts of its history."""
