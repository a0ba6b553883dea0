"""The parts of an engagement's state: what is true of a seat, an assignment, a case … at one instant."""
