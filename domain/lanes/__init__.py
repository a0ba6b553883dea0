"""Lanes: the life of an engagement as a page draws it, seat by seat, each stretch of time with what was so."""
