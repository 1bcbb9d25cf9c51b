"""A promise to pay as somebody sees it, and taking one back."""

from bot.access import Permission, permissions_for, require_for
from bot.errors import Refused
from bot.operations import cancel_promise
from bot.queries.promise_terms import PromiseState
from bot.queries.promises import PromiseCard, get_promise
from bot.views.action_values import parse_show_promise
from bot.views.blocks import Message
from bot.views.promise import promise_card
from bot.views.promise_forms import NOTE_MAX, WHY, cancel_promise_form
from bot.views.promise_words import STATE_WORDS
from handlers.slack.context import Ask
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission

CANCELLED = "The promise is cancelled. Its invoices are chased again."


def show_promise(ask: Ask, value: str) -> Message:
    """The promise that a button names.

    Raises: NotFound when there is none for this person.
    """
    return show_promise_of(ask, parse_show_promise(value))


def show_promise_of(ask: Ask, promise_id: int, note: str = "") -> Message:
    """A promise as it stands, below what was just done with it.

    Raises: NotFound when there is none for this person.
    """
    card = _find(ask, promise_id)
    return promise_card(card, rights=permissions_for(ask.actor, card.account.id), note=note)


def ask_to_cancel_promise(ask: Ask, value: str) -> Message:
    """The dialog that takes a promise back; one that has ended is shown instead.

    Raises: NotFound, NotAllowed; Refused for one whose day is over.
    """
    card = _find(ask, parse_show_promise(value))
    require_for(ask.actor, Permission.RECORD_PROMISE, account_id=card.account.id)
    if card.state is not PromiseState.PENDING:
        said = f"This promise is {STATE_WORDS[card.state].lower()} already."
        return show_promise_of(ask, card.id, said)
    if card.is_day_over:
        raise Refused("The day that was promised is over: what has arrived decides, and nobody.")
    return cancel_promise_form(card)


def submitted_cancel_promise(ask: Ask, submission: Submission) -> Message:
    """Take it back; the same dialog again changes nothing.

    Raises: InvalidFields, NotFound, NotAllowed, Refused.
    """
    promise_id = parse_show_promise(submission.subject)
    why = read_note(submission, WHY, most=NOTE_MAX)
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        cancel_promise.request(
            session,
            ask.actor,
            runtime.settings,
            promise_id,
            why=why,
            press=submission.view_id,
            sight=ask.sight,
        )
    return show_promise_of(ask, promise_id, CANCELLED)


def _find(ask: Ask, promise_id: int) -> PromiseCard:
    with ask.desk.runtime.database.looking() as session:
        return get_promise(session, promise_id, sight=ask.sight)
