"""The form by which a line of a history is corrected: voided, and mostly recorded as it was instead."""
