"""Forecasts really made: what became of them, and how well they held."""
