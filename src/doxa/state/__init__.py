"""Decayed evidence: bands, occasions, cells and the fold. Pure functions on arrays."""
