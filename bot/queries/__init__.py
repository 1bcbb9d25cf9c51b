"""Questions to the database: a session and plain arguments in, frozen dataclasses out."""
