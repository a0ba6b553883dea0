"""The figures of the whole fleet, computed over columns in memory that are kept in step with the projections."""
