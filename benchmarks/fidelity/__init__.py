"""Forecasts scored on real people: a map, tables and an evaluation per set, and no code of its own."""
