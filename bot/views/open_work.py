"""What waits for a person, on Home and hub: how much of it, and the way to it."""

from bot.queries.open_work import OpenWork
from bot.views import actions, blocks
from bot.views.blocks import Block
from bot.views.dispute_words import DISPUTE_EMOJI
from bot.views.text import count_text
from bot.views.waiting import EMOJI, LIST_TEXT, waiting_count_text

DISPUTES_TEXT = "disputes"


def open_work_lines(work: OpenWork) -> list[Block]:
    """A line for each kind of work that there is, with a button that shows it."""
    lines = (
        (work.disputes, DISPUTE_EMOJI, _disputes, actions.SHOW_DISPUTES, DISPUTES_TEXT),
        (work.waiting, EMOJI, waiting_count_text, actions.SHOW_REQUESTS, LIST_TEXT),
    )
    return [
        blocks.section(
            blocks.mrkdwn(f":{emoji}: *{words(count)}*"),
            accessory=blocks.button(
                "Show",
                action_id=actions.action_id(action, "work"),
                value=actions.format_list_page(text, 1),
                label=f"Show: {words(count)}",
            ),
        )
        for count, emoji, words, action, text in lines
        if count
    ]


def _disputes(count: int) -> str:
    return count_text(count, "open dispute")
