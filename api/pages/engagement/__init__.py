"""The page of one engagement: what it comes to, its seats, its clocks, what may be done, and its history."""
