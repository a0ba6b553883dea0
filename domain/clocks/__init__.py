"""Clocks: the lives of obligations, read at any instant and explained."""
