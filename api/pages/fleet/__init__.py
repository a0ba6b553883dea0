"""The page of the fleet: whether the guarantee held, who keeps promises, and the models side by side."""
