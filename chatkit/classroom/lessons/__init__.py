"""Lessons: items, drills, what is right in them, and what a trainee did in the casebook's own log."""
