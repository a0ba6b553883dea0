"""The timeline law, whatever a stream is about: facts in their places, decisions, corrections."""
