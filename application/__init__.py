"""What the system does for somebody: handle a command, show a history, import, keep deadlines."""
