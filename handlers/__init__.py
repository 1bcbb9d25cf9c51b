"""Everything that can ask the bot for something: Slack, HTTP, the shell."""
