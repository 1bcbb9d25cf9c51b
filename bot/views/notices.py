"""What people are told instead of an answer: errors and refusals, each with whom to turn to."""

from dataclasses import dataclass

from bot.access import NO_ROLE
from bot.errors import (
    BadRequest,
    BotError,
    Misconfigured,
    NotAllowed,
    NotFound,
    Refused,
    Unavailable,
)
from bot.views import blocks
from bot.views.blocks import Block, Element, Message
from bot.views.text import is_address, literal, plain

# The longest that an error's sentence may be; it may repeat what a person wrote.
SENTENCE_MAX = 1000

FAILURE_TEXT = "Something went wrong here, and the operators were told. Nothing was changed."

# The emoji beside each kind of error, by Slack's name.
EMOJI: dict[type[BotError], str] = {
    BadRequest: "speech_balloon",
    NotFound: "mag",
    NotAllowed: "lock",
    Refused: "no_entry_sign",
    Unavailable: "hourglass_flowing_sand",
    Misconfigured: "wrench",
}
EMOJI_DEFAULT = "warning"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to turn to, as configured; either may be missing."""

    email: str | None
    phone: str | None


def error_notice(error: BotError, *, reference: str, contact: Contact) -> Message:
    """What a person can do after an error, in the error's own words.

    Shape: `reference` is the id under which the logs tell more.
    """
    emoji = EMOJI.get(type(error), EMOJI_DEFAULT)
    return _notice(error.message, emoji, reference, contact)


def failure_notice(*, reference: str, contact: Contact) -> Message:
    """That something of ours broke; details are for the logs."""
    return _notice(FAILURE_TEXT, EMOJI_DEFAULT, reference, contact)


def no_role_notice(*, contact: Contact) -> Message:
    """The one answer for everybody without a role, the same whatever was asked."""
    return _notice(NO_ROLE, EMOJI[NotAllowed], None, contact)


def contact_block(contact: Contact, *, reference: str | None = None) -> Block:
    """The last line of every error and refusal: whom to turn to, and the id to name there."""
    words: list[Element] = []
    if contact.email or contact.phone:
        words.append(blocks.text("Questions? "))
        if contact.email:
            words.append(_email(contact.email))
        if contact.email and contact.phone:
            words.append(blocks.text(" or "))
        if contact.phone:
            words.append(blocks.text(plain(contact.phone)))
    else:
        words.append(blocks.text("Questions? Ask whoever runs this billing desk."))
    if reference:
        words.append(blocks.text(" · Reference "))
        words.append(blocks.text(plain(reference, limit=60), is_code=True))
    return blocks.rich_text(*words)


def _notice(sentence: str, emoji: str, reference: str | None, contact: Contact) -> Message:
    shown = plain(sentence, limit=SENTENCE_MAX)
    parts = (
        blocks.rich_text(blocks.emoji(emoji), blocks.text(f" {shown}")),
        contact_block(contact, reference=reference),
    )
    return Message(text=literal(shown), blocks=parts)


def _email(email: str) -> Element:
    shown = plain(email)
    return blocks.link(shown, url=f"mailto:{shown}") if is_address(shown) else blocks.text(shown)
