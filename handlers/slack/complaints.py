"""Complaints in a channel or thread: the shortcut on a message, and a word to the bot.

Who may not see invoices gets the one fixed text, and nothing is looked up or read for them. What
was said is looked through for invoices and not kept.
"""

from collections.abc import Sequence

from bot.clock import real_now
from bot.errors import BadRequest, Misconfigured, NotFound, Unavailable
from bot.people import take_event
from bot.queries.dispute_terms import Complaint
from bot.queries.named_invoices import list_named_invoices
from bot.slack_failures import SlackRefused
from bot.slack_objects import SlackMessage, read_message
from bot.slack_views import open_modal, update_modal
from bot.telemetry import get_logger
from bot.views import actions
from bot.views.blocks import Message
from bot.views.complaints import format_complaint, parse_complaint
from bot.views.dispute_notices import how_to_mention, offer_to_dispute
from bot.views.notices import error_notice
from bot.views.surfaces import modal_of, waiting_modal
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.message_requests import Mention, Shortcut, parse_mention
from handlers.slack.open_dispute import propose, require_right
from handlers.slack.requests import Happening
from handlers.slack.submissions import stamped

log = get_logger("slack.complaints")

# Source: docs.slack.dev/reference/events/app_mention, read 2026-11.
MENTIONED = "app_mention"
WORD = "dispute"
# What of a thread is looked through: its beginning.
THREAD_MESSAGES_MAX = 100
# The bot's name, as people write it or as Slack does, comes before the word.
WORDS_BEFORE_MAX = 4


def use_shortcut(desk: Desk, shortcut: Shortcut) -> None:
    """Show at once that the message is read, and then the dialog."""
    try:
        desk.background.start(lambda: _answer_shortcut(desk, shortcut))
    except Unavailable as busy:
        _respond(desk, shortcut, error_notice(busy, reference="", contact=desk.contact))


def mentioned(desk: Desk, happening: Happening) -> None:
    """Answer somebody who spoke to the bot, for their eyes alone; each event once.

    Raises: Unavailable when the database does not answer; then Slack sends the event again.
    """
    mention = parse_mention(happening)
    if mention is None:
        return
    with desk.runtime.database.writing() as session:
        if not take_event(session, happening.event_id, now=real_now()):
            return
    try:
        desk.background.start(lambda: _answer_mention(desk, mention))
    except Unavailable as busy:
        log.warning("mention_unanswered", why=busy.message)


def ask_to_dispute_message(ask: Ask, value: str) -> Message:
    """The dialog for a message that the bot was spoken to in.

    Raises: NotAllowed, BadRequest.
    """
    require_right(ask)
    complaint, invoice_ids = parse_complaint(value)
    if complaint is None:
        raise BadRequest("This names no message. Use the shortcut on it anew.")
    return _propose(ask, complaint, " ".join(invoice_ids))


def _answer_shortcut(desk: Desk, shortcut: Shortcut) -> None:
    try:
        view_id = open_modal(desk.slack, shortcut.trigger_id, waiting_modal("Reading it …"))
    except Unavailable as failed:
        log.warning("modal_unopened", action=shortcut.callback_id, why=failed.message)
        _respond(desk, shortcut, error_notice(failed, reference="", contact=desk.contact))
        return
    message = answer(
        desk,
        shortcut.caller,
        shortcut.callback_id,
        lambda ask: stamped(ask, _of_shortcut(ask, shortcut)),
    )
    try:
        update_modal(desk.slack, view_id, modal_of(message))
    except Unavailable as failed:
        log.warning("modal_unopened", action=shortcut.callback_id, why=failed.message)


def _of_shortcut(ask: Ask, shortcut: Shortcut) -> Message:
    require_right(ask)
    message, channel_id = shortcut.message, shortcut.caller.channel_id
    if shortcut.callback_id != actions.OPEN_DISPUTE or message is None or channel_id is None:
        raise BadRequest("This shortcut is of a kind that does not exist here.")
    complaint = Complaint(channel_id, message.ts, message.thread_ts)
    return _propose(ask, complaint, message.words)


def _propose(ask: Ask, complaint: Complaint, words: str) -> Message:
    """The dialog, with what the message names first, and then what its thread names."""
    thread = _read_thread(ask, complaint)
    others = (
        []
        if thread is None
        else [message.words for message in thread if message.ts != complaint.message_ts]
    )
    return propose(ask, complaint, [words, *others], is_unread=thread is None)


def _read_thread(ask: Ask, complaint: Complaint) -> Sequence[SlackMessage] | None:
    """What was said in the thread; None where the bot may not read it, which is no obstacle."""
    if complaint.thread_ts is None:
        return ()
    asked = {
        "channel": complaint.channel_id,
        "ts": complaint.thread_ts,
        "limit": THREAD_MESSAGES_MAX,
    }
    try:
        found = ask.desk.slack.look("conversations.replies", asked).get("messages")
    except (Misconfigured, NotFound, Unavailable) as failed:
        log.info("thread_unread", why=failed.message)
        return None
    read = [read_message(each) for each in found] if isinstance(found, list) else []
    return [message for message in read if message is not None]


def _answer_mention(desk: Desk, mention: Mention) -> None:
    message = answer(desk, mention.caller, MENTIONED, lambda ask: _of_mention(ask, mention))
    said = mention.message
    given = {
        "channel": mention.channel_id,
        "user": mention.caller.user_id,
        "thread_ts": said.thread_ts,
        "text": message.text,
        "blocks": list(message.blocks),
    }
    try:
        desk.slack.post("chat.postEphemeral", given)
    except (Misconfigured, SlackRefused, Unavailable) as failed:
        log.warning("mention_unanswered", why=failed.message)


def _of_mention(ask: Ask, mention: Mention) -> Message:
    said = mention.message
    words = said.words.casefold().split()[: WORDS_BEFORE_MAX + 1]
    if not any(word.strip(".,:;!?") == WORD for word in words):
        return how_to_mention()
    require_right(ask)
    with ask.desk.runtime.database.looking() as session:
        named = list_named_invoices(session, [said.words], sight=ask.sight)
    complaint = Complaint(mention.channel_id, said.ts, said.thread_ts)
    ids = [named.proposed] if named.proposed else [row.id for row in named.rows]
    return offer_to_dispute(format_complaint(complaint, ids))


def _respond(desk: Desk, shortcut: Shortcut, message: Message) -> None:
    try:
        desk.slack.respond(shortcut.response_url, message.text, message.blocks, replaces=False)
    except Unavailable as failed:
        log.warning("shortcut_unanswered", why=failed.message)
