"""What cells say when read: opinions, status, explanation. Pure functions."""
