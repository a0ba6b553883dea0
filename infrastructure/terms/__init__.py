"""Published policies and calendars, and the ones that are shipped."""
