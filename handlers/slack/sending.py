"""What dialogs that send links have in common: what was seen, and what came of sending it."""

import hashlib
import json

from bot import effects, mailing
from bot.errors import BadRequest
from bot.pay_links import LinkLine
from bot.queries.asking import AskedInvoice
from bot.views.blocks import Message
from bot.views.letters import MailText
from bot.views.payment_links import State, link_outcome
from bot.views.text import invoice_name
from handlers.slack.context import Ask
from handlers.slack.requests import Submission

# What somebody who wants to copy a link waits for Stripe; Slack takes three seconds in all.
STRIPE_SECONDS_MAX = 2.0
DIGEST_CHARACTERS = 16


def show_link_outcome(ask: Ask, submission: Submission) -> Message | None:
    """What came of the promise; None while nobody knows."""
    with ask.desk.runtime.database.reading() as session:
        effect = effects.find_by_press(session, submission.view_id)
    return None if effect is None or effect.is_pending else outcome_of(effect)


def outcome_of(effect: effects.Effect) -> Message:
    """What came of a promise that is not pending any more."""
    return link_outcome(
        effect.payload["what"],
        state_of(effect),
        recipient=effect.payload["recipient"],
        why=effect.why or "",
        effect_id=effect.id,
    )


def last_sent(ask: Ask, subject: str, kind: str) -> effects.Effect | None:
    """The last promise to send this, whatever came of it."""
    with ask.desk.runtime.database.reading() as session:
        return effects.find_last(session, subject, kind=kind)


def state_of(effect: effects.Effect) -> State:
    """How far a promise has come that is not pending any more."""
    if effect.state in {"done", "dismissed"}:
        return State.SENT
    if effect.state == "refused":
        return State.REFUSED
    return State.IN_DOUBT if effect.why == mailing.IN_DOUBT else State.FAILED


def line_of(asked: AskedInvoice) -> LinkLine:
    """An invoice as it is asked for."""
    return LinkLine(
        invoice_id=asked.row.id,
        name=invoice_name(asked.row),
        amount=asked.row.remaining,
        due_on=asked.due_on,
        days_late=asked.row.days_late,
    )


def words_of(content: MailText | Message | None) -> tuple[str, ...]:
    """All that would be read of what goes out."""
    match content:
        case None:
            return ()
        case MailText():
            return (content.subject, content.text)
    return (content.text, json.dumps(content.blocks, sort_keys=True))


def digest_of(*seen: str) -> str:
    """A fingerprint of what somebody has seen, so that nothing else goes out."""
    told = "\n".join(seen).encode("utf-8", "replace")
    return hashlib.sha256(told).hexdigest()[:DIGEST_CHARACTERS]


def read_parts(subject: str, count: int) -> list[str]:
    """The parts of what a dialog carries, the last but one of them a number.

    Raises: BadRequest when it is of another form.
    """
    parts = subject.split("|")
    if len(parts) != count or not (parts[-2].isdecimal() and parts[-2].isascii()):
        raise BadRequest("This dialog is not understood any more. Open it anew.")
    return parts
