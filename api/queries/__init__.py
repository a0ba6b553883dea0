"""The addresses of the queries, and the shapes of their answers."""
