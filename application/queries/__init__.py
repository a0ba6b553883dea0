"""What is asked: state, clocks, metrics and the audit of an engagement at an instant; the list; the feed."""
