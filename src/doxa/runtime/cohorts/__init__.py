"""Cohorts: whom a condition on nodes, traits or forecasts holds for, at a moment."""
