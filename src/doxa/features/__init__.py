"""Phi and labels: arrays in, arrays out."""
