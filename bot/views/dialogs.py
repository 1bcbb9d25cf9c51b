"""What opens over a message: the question before a press counts, a modal, and what sends it."""

import json
from collections.abc import Sequence
from typing import Any

from bot.views.blocks import Block, Element, plain_text
from bot.views.forms import Form

CONFIRM_TITLE_MAX = 100
CONFIRM_TEXT_MAX = 300
CONFIRM_BUTTON_MAX = 30
VIEW_BLOCKS_MAX = 100
VIEW_TITLE_MAX = 24


def confirmation(title: str, text: str, *, yes: str, no: str = "Cancel") -> Element:
    """What is asked before a press counts."""
    return {
        "title": plain_text(title, limit=CONFIRM_TITLE_MAX),
        "text": plain_text(text, limit=CONFIRM_TEXT_MAX),
        "confirm": plain_text(yes, limit=CONFIRM_BUTTON_MAX),
        "deny": plain_text(no, limit=CONFIRM_BUTTON_MAX),
        "style": "danger",
    }


def modal(title: str, blocks: Sequence[Block], *, close: str = "Close") -> dict[str, Any]:
    """A view that opens over what the person sees, with nothing in it to submit."""
    if not 1 <= len(blocks) <= VIEW_BLOCKS_MAX:
        raise ValueError(f"a view has 1 to {VIEW_BLOCKS_MAX} blocks, not {len(blocks)}")
    return {
        "type": "modal",
        "title": plain_text(title, limit=VIEW_TITLE_MAX),
        "close": plain_text(close, limit=VIEW_TITLE_MAX),
        "blocks": list(blocks),
    }


def with_form(view: dict[str, Any], form: Form) -> dict[str, Any]:
    """The modal with a button that sends what was filled in."""
    return view | {
        "callback_id": form.callback_id,
        "submit": plain_text(form.submit, limit=VIEW_TITLE_MAX),
        # "Close" beside a button that closes a dispute would be read as the same.
        "close": plain_text("Cancel", limit=VIEW_TITLE_MAX),
        "private_metadata": json.dumps({"subject": form.subject, "stamp": form.stamp}),
    }
