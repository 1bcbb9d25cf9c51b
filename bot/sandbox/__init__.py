"""Stand-ins for Slack and Stripe, the story they open with, and the workspace page.

Nothing in here imports the bot, and the bot imports nothing of it: a mistake that both shared
would hide itself. Only app.py and the tests open this package.
"""
