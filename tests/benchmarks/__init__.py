"""Measurements against the design's budgets: ratios in one run, never a timed assertion."""
