"""Short words about a dispute, for those who may see nothing of its invoice."""

from bot.queries.dispute_terms import StepKind
from bot.views import actions, blocks
from bot.views.blocks import Message

# Anybody may read along in a thread, guests too: neither invoice nor account, amount nor reason.
THREAD_WORDS = {
    StepKind.OPENED: "{by} has opened dispute {id} about {what}this. {looks} after it.",
    StepKind.RESOLVED: "{by} has closed dispute {id} as resolved.",
    StepKind.REJECTED: "{by} has closed dispute {id} as rejected.",
    StepKind.WITHDRAWN: "{by} has closed dispute {id} as withdrawn.",
    StepKind.REOPENED: "{by} has reopened dispute {id}. {looks} after it.",
    StepKind.ASSIGNED: "{looks} after dispute {id} from now on.",
}
RETURNED = {"hold_collection": "held", "restore_collection": "restored"}


def told_in_thread(
    kind: StepKind, case_id: int, *, by_id: str, owner_id: str, is_in_part: bool = False
) -> Message:
    """What a thread hears of a step."""
    is_own = owner_id == by_id and kind is not StepKind.ASSIGNED
    looks = "They look" if is_own else f"<@{owner_id}> looks"
    what = "a part of " if is_in_part else ""
    words = THREAD_WORDS[kind].format(by=f"<@{by_id}>", id=case_id, looks=looks, what=what)
    return _with_button(words, case_id)


def given_to_owner(case_id: int, *, by_id: str) -> Message:
    """What somebody is told who is to look after a dispute."""
    return _with_button(f"<@{by_id}> has asked you to look after dispute {case_id}.", case_id)


def collection_failed(case_id: int, kind: str) -> Message:
    """That Stripe did not do what was promised with a dispute."""
    return _with_button(
        f"Stripe’s automatic collection could not be {RETURNED[kind]} for dispute {case_id}. "
        "Look at the invoice in Stripe’s dashboard.",
        case_id,
    )


def offer_to_dispute(value: str) -> Message:
    """What somebody is shown who has spoken of a dispute; the value says of which message."""
    words = "Open a dispute of what was said here? I look for the invoice, and you choose."
    button = blocks.button(
        "Open a dispute", action_id=actions.DISPUTE_MESSAGE, value=value, style="primary"
    )
    return Message(text=words, blocks=(blocks.section(blocks.plain_text(words), accessory=button),))


def how_to_mention() -> Message:
    """What the bot understands in a channel."""
    words = (
        "In a channel or thread I understand one word: dispute, with the number of the invoice if "
        "you have it. Everything else: /invoice help"
    )
    return Message(text=words, blocks=(blocks.section(blocks.plain_text(words)),))


def _with_button(words: str, case_id: int) -> Message:
    button = blocks.button("Show dispute", action_id=actions.SHOW_DISPUTE, value=str(case_id))
    parts = (blocks.section(blocks.mrkdwn(words)), blocks.actions([button]))
    return Message(text=words, blocks=parts)
