"""Coupling: nodes that support or contradict each other, read together. Pure functions."""
