"""A seeded marketplace to look at: two years of engagements, told as the commands that people would have given."""
