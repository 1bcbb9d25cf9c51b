"""What is said to somebody who asked to share an answer."""

from bot.views import blocks
from bot.views.blocks import Message

NOT_SHARED = "Not shared: no channel is on the list for shared answers. Only you see this."


def not_shared(message: Message) -> Message:
    """The answer for the asker alone, saying why nobody else sees it."""
    note = blocks.context(blocks.mrkdwn(NOT_SHARED))
    return Message(text=message.text, blocks=(*message.blocks, note))
