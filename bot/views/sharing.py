"""An answer on its way to a whole channel; or to the asker alone after all, and why."""

from dataclasses import replace

from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.invoice_deeds import DEED_ACTIONS
from bot.views.text import literal

NOT_LISTED = (
    "Not shared: this channel is not on the list for shared answers. Only you see this. "
    "A billing admin can put it there: /billing channels allow."
)
NO_CHANNEL = "Not shared: answers can be shared in channels only. Only you see this."
EXTERNAL = (
    "Not shared: this channel is shared with another organisation, and no amounts are shown there. "
    "Only you see this."
)
UNCERTAIN = (
    "Not shared: Slack did not say in time whether this channel is shared with another "
    "organisation. Only you see this. Please try again."
)
UNSEEN = (
    "Not shared: I can’t see this channel, so I can’t tell who else is in it. Only you see this. "
    "Invite me here and try again."
)
ARCHIVED = "Not shared: this channel is archived. Only you see this."
NO_ANSWER = (
    "Not shared: only an invoice, a list or the help can be, and drafts never are. "
    "Only you see this."
)
SHARED = "Buttons here answer only whoever presses them, by what that person may see."
POSTING = "I am posting it here for everybody, and I will keep it up to date. Only you see this."
TAKEN_AWAY = (
    "Amounts stood here. Guests or people of another organisation read along in this channel by "
    "now, so they were taken away."
)

# What leads on from what is shown, and no further: other invoices and pages are for the asker.
_KEPT = frozenset({actions.SHOW_INVOICE_LINES, actions.OPEN_IN_STRIPE, *DEED_ACTIONS})


def not_shared(message: Message, why: str) -> Message:
    """The answer for the asker alone, saying why nobody else sees it."""
    note = blocks.context(blocks.plain_text(why))
    return Message(text=message.text, blocks=(*message.blocks, note))


def shared(message: Message, *, by: str | None = None) -> Message:
    """The answer for everybody in the channel, without what would lead them to more.

    Shape: `by` is the id of who shared it, where Slack does not say so itself.
    Raises: ValueError for a message that may not be shown to others.
    """
    if not message.is_shareable:
        raise ValueError("this message is for one person")
    kept = [block for each in message.blocks if (block := _without_ways_on(each))]
    has_buttons = any(True for _ in blocks.interactive_elements(kept))
    words = [blocks.mrkdwn(f"Shared by <@{by}>.")] if by else []
    words += [blocks.plain_text(SHARED)] if has_buttons else []
    note = [blocks.context(*words)] if words else []
    return replace(message, blocks=(*kept, *note), is_shared=True)


def posting() -> Message:
    """What the asker is told while the message is on its way."""
    return Message(text=POSTING, blocks=(blocks.context(blocks.plain_text(POSTING)),))


def taken_away() -> Message:
    """What stands in the place of figures that those who have joined the channel may not see."""
    return Message(text=TAKEN_AWAY, blocks=(blocks.section(blocks.plain_text(TAKEN_AWAY)),))


def not_posted(channel_id: str, what: str, why: str) -> Message:
    """What whoever shared something is told when Slack refuses it."""
    said = f"I could not post what you shared in <#{channel_id}>. {literal(why)}"
    return _told(said, what)


def perhaps_posted(channel_id: str, what: str) -> Message:
    """The same when nobody knows whether it is there."""
    said = (
        f"Slack does not say whether what you shared stands in <#{channel_id}>. Please look there. "
        "If it is missing, a billing admin can post it again: /billing sync."
    )
    return _told(said, what)


def _told(said: str, what: str) -> Message:
    return Message(
        text=said,
        blocks=(blocks.section(blocks.mrkdwn(said)), blocks.context(blocks.mrkdwn(what))),
    )


def _without_ways_on(block: Block) -> Block | None:
    if block["type"] == "actions":
        elements = [element for element in block["elements"] if _leads_no_further(element)]
        return blocks.actions(elements) if elements else None
    accessory = block.get("accessory")
    if accessory is not None and not _leads_no_further(accessory):
        return {name: part for name, part in block.items() if name != "accessory"}
    return block


def _leads_no_further(element: Element) -> bool:
    action, _, place = element["action_id"].partition(":")
    # A row of a list shows the invoice that it names anyway.
    return action in _KEPT or (action == actions.SHOW_INVOICE and place.isdigit())
