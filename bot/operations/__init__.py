"""What the bot can do: one verb, one file."""
