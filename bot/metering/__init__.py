"""Usage: the days it lies in, what it costs, and each night's snapshot of it."""
