"""The HTTP edge: addresses, operations, the document, problems."""
