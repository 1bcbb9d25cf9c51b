"""Block Kit: which blocks Slack takes, and what it makes of them."""

from bot.sandbox.slack.block_kit.check import check_blocks, check_options, check_view
from bot.sandbox.slack.block_kit.complete import complete_blocks

__all__ = ["check_blocks", "check_options", "check_view", "complete_blocks"]
