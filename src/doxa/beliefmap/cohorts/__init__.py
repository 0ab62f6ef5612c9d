"""The condition language of cohorts: ``prices_are_fair < 0.3 and goal.stalled``."""
