"""Where answers may be shared: the list for admins."""

from collections.abc import Sequence

from bot.queries.channels import ChannelLine
from bot.views import actions, blocks
from bot.views.blocks import Block, Message
from bot.views.roles import done_line
from bot.views.text import count_text, fit, literal, plain

# As many as fit beside the rest of a message.
ROWS_MAX = 40
NAME_MAX = 80


def channel_list(channels: Sequence[ChannelLine], *, said: str | None = None) -> Message:
    """Every channel where answers may be shared, each with a button that ends that.

    Shape: `said` is what has just been done, above the list.
    """
    count = count_text(len(channels), "channel") if channels else "no channel"
    parts = [blocks.header("Where answers may be shared")]
    if said is not None:
        parts.append(done_line(said))
    if not channels:
        parts.append(
            blocks.section(blocks.plain_text("Nowhere yet. Only whoever asks sees an answer."))
        )
    parts.extend(_row(place, channel) for place, channel in enumerate(channels[:ROWS_MAX]))
    if (rest := len(channels) - ROWS_MAX) > 0:
        parts.append(blocks.context(blocks.mrkdwn(f"and {rest:,} more")))
    parts.append(
        blocks.context(
            blocks.plain_text(
                "To add one: /billing channels allow #billing. There, ‘share’ at the end of a "
                "command shows its answer to everybody."
            )
        )
    )
    text = f"Answers may be shared in {count}."
    return Message(text=literal(f"{said} {text}" if said else text), blocks=tuple(parts))


def _row(place: int, channel: ChannelLine) -> Block:
    name = f"#{plain(channel.name, limit=NAME_MAX)}"
    note = "\nShared with another organisation by now: nothing is shown there."
    return blocks.section(
        blocks.plain_text(f"{name}{note if channel.is_external else ''}"),
        accessory=blocks.button(
            "Remove",
            action_id=actions.action_id(actions.REMOVE_CHANNEL, place),
            value=f"channels remove {channel.id}",
            label=fit(f"Remove {name}", blocks.BUTTON_LABEL_MAX),
            confirm=blocks.confirmation(
                "Remove this channel?",
                fit(f"Answers can no longer be shared in {name}.", blocks.CONFIRM_TEXT_MAX),
                yes="Remove",
            ),
        ),
    )
