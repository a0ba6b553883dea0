"""The figures of the fleet as plainly as they are defined, by loops over histories and without a database.

A second opinion: what is in here follows from the definitions and from what is known of one engagement alone.
"""
