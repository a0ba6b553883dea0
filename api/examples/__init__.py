"""An example of every body, event and answer."""
