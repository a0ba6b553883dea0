"""The parts of an engagement's state as they are answered: one file for each kind of thing."""
