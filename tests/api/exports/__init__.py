"""What goes out: CloudEvents, lists, logs and calendars, over HTTP and by themselves."""
