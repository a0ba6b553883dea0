"""What `verify` finds, each damage on its own, and that it finds nothing where nothing is."""
