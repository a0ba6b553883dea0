"""Signing in to the pages, by a key or with the identity provider, and signing out."""
