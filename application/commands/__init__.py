"""A command's way in: decided on a history at hand, appended, answered."""
