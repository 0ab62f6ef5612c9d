"""Goals, feelings and constraints of one person, as living state: computed when read."""
