"""What waits for whom: the open items of an engagement, what is to be done next about each, and why."""
