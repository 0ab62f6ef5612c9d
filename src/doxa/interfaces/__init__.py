"""Faces of the product."""
