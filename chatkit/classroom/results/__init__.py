"""Results: what was handed in or done, measured with its intervals, reported and certified."""
