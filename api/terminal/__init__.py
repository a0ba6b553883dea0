"""The command line `standfast`."""
