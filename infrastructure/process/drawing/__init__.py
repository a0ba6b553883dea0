"""Charts are drawn by a process of their own: the library holds the interpreter's lock while it draws."""
