"""Everything that the clock asks the bot to do."""
