"""Making the projections anew, beside those that are in use."""
