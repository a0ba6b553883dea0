"""Large fleets: how fast their projections are made, and how fast they answer."""
