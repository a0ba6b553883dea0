"""The lanes of an engagement as they are drawn: everything at its place in percent of the same time axis."""
