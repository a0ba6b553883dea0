"""Knowledge transfer: planned, item by item, complete."""
