"""A stand-in for Slack: a real HTTP server that behaves as Slack does."""

from bot.sandbox.slack.cast import open_workspace
from bot.sandbox.slack.standin import StandIn

__all__ = ["StandIn", "open_workspace"]
