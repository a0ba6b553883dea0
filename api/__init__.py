"""The edge: the composition root, the routes made from the command classes, the pages, the command line."""
