"""The projections: each with its row, its fold and, where it is asked for, its query."""
