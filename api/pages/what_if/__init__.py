"""The pages of what would be under other terms: of one engagement, and of many."""
