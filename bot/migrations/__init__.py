"""The schema, step by step; bot.database.migrate walks them."""
