"""Mutation testing of the domain: every rule changed a little must make a test fail."""
