"""Fitting heads on rolling origins."""
