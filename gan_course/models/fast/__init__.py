"""Layers that compute the same numbers with less work."""
