"""What people are told about a digest in private: that it was not posted, or that nobody knows."""

from datetime import date

from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.text import day_text, escape, fit, literal

WHY_MAX = 300


def digest_not_posted(channel_id: str, why: str) -> Message:
    """To whoever set a digest up: it could not be posted, and what would help."""
    said = (
        f"The digest of past due accounts was not posted in <#{channel_id}>. "
        f"{escape(fit(why, WHY_MAX))}"
    )
    way = (
        "Once that is put right the next one comes by itself. I say this once, not every day. "
        "/billing digest changes or stops it; /billing sync can try this one again."
    )
    return Message(
        text=literal(f"A digest was not posted: {fit(why, WHY_MAX)}"),
        blocks=(
            blocks.section(blocks.mrkdwn(f":warning: {said}")),
            blocks.context(blocks.mrkdwn(way)),
        ),
    )


def digest_in_doubt(channel_id: str, day: date, effect_id: int) -> Message:
    """The same where Slack did not say whether it took it: only somebody who looks can tell."""
    said = (
        f"Slack did not say whether it posted the digest of {day_text(day)} in <#{channel_id}>. "
        "Please look there: is it there?"
    )
    value = str(effect_id)
    return Message(
        text=f"Is the digest of {day_text(day)} there?",
        blocks=(
            blocks.section(blocks.mrkdwn(f":grey_question: {said}")),
            blocks.actions(
                [
                    blocks.button("It was posted", action_id=actions.CONFIRM_EFFECT, value=value),
                    blocks.button(
                        "Post it again",
                        action_id=actions.REPEAT_EFFECT,
                        value=value,
                        style="primary",
                    ),
                ]
            ),
        ),
    )


def test_message(hours: str) -> Message:
    """What a test posts in the channel: no amounts, and what will come."""
    said = f"This is where the digest of past due accounts is posted, {hours}."
    return Message(
        text=said,
        blocks=(
            blocks.section(blocks.mrkdwn(f":wave: {said}")),
            blocks.context(blocks.mrkdwn("A test, on an admin’s behalf.")),
        ),
    )


def seen_notice(*, is_new: bool) -> Message:
    """To whoever has said that they have seen a digest."""
    said = "The digest now says that you have seen it." if is_new else "You have said so already."
    return Message(text=said, blocks=(blocks.section(blocks.plain_text(said)),))
