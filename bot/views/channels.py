"""Where answers may be shared: the list for admins."""

from collections.abc import Sequence

from bot.queries.channels import ChannelLine
from bot.views import actions, blocks, dialogs
from bot.views.blocks import Block, Element, Message
from bot.views.roles import done_line
from bot.views.text import count_text, fit, literal, plain

# As many as fit into a message; the others are removed by their name.
ROWS_MAX = 20
NAME_MAX = 80
HOW_TO_ALLOW = (
    "To add one: /billing channels allow #billing. There, ‘share’ at the end of a command shows "
    "its answer to everybody there, guests too."
)


def channel_list(channels: Sequence[ChannelLine], *, said: str | None = None) -> Message:
    """Every channel where answers may be shared, and a menu that ends that for one.

    Shape: `said` is what has just been done, above the list.
    """
    parts = [blocks.header("Where answers may be shared")]
    if said is not None:
        parts.append(done_line(said))
    if channels:
        shown = channels[:ROWS_MAX]
        parts += [_table(shown), blocks.actions([_menu(shown)])]
    else:
        parts.append(
            blocks.section(blocks.plain_text("Nowhere yet. Only whoever asks sees an answer."))
        )
    if (rest := len(channels) - ROWS_MAX) > 0:
        parts.append(blocks.context(blocks.mrkdwn(f"and {rest:,} more")))
    parts.append(blocks.context(blocks.plain_text(HOW_TO_ALLOW)))
    count = count_text(len(channels), "channel") if channels else "no channel"
    text = f"Answers may be shared in {count}."
    return Message(text=literal(f"{said} {text}" if said else text), blocks=tuple(parts))


def _table(channels: Sequence[ChannelLine]) -> Block:
    rows = [[blocks.cell("Channel"), blocks.cell("Answers")]]
    for channel in channels:
        state = "not shown: shared with another organisation" if channel.is_external else "shared"
        rows.append([blocks.cell(_name(channel)), blocks.cell(state)])
    return blocks.table(rows, align=("left", "left"), wrapped=(0, 1))


def _menu(channels: Sequence[ChannelLine]) -> Element:
    options = [
        blocks.option(
            fit(_name(channel), blocks.OPTION_TEXT_MAX), value=f"channels remove {channel.id}"
        )
        for channel in channels
    ]
    confirm = dialogs.confirmation(
        "Remove this channel?", "Answers can no longer be shared there.", yes="Remove"
    )
    return blocks.static_select(
        "Remove a channel …", action_id=actions.REMOVE_CHANNEL, options=options, confirm=confirm
    )


def _name(channel: ChannelLine) -> str:
    return f"#{plain(channel.name, limit=NAME_MAX)}"
