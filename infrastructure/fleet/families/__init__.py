"""The families of figures: of each, what its rows are and how they add up."""
