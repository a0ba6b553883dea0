"""Mutation testing of the domain: every rule changed a little must make a test fail.

Why not a library: mutmut leaves out properties and what stands in a class body, and here the rules of who may, and of
what goes on while suspended or after the end, stand in class bodies; cosmic-ray starts a process with all imports for
each mutant, which takes hours for some thousands. Here the tests are collected once, and each mutant is put into a
forked child that runs only the tests which touch it, first those that killed its neighbours.
"""
