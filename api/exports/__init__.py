"""The ways out for data: pure encoders, what they are given, and how it is sent."""
