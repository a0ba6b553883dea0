"""Seats: agreed, amended, closed."""
