"""Tests of keys and of the access log, on both databases."""
