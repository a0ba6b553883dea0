"""Tests of access to the interface and the pages."""
