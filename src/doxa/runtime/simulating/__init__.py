"""Running people forward: what a scenario would change, and which action would help."""
