"""Replacement: requested, decided under the guarantee, paused, taken over, withdrawn."""
