"""What a bot answers with: bodies of acks and of response URLs, checked and carried out."""

import json
from dataclasses import dataclass, field

from bot.sandbox.slack.block_kit import check_blocks, complete_blocks
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Delivery, Json, Message
from bot.sandbox.slack.state import State
from bot.sandbox.slack.tickets import ResponseTicket

TEXT_CHARACTERS_MAX = 40_000
ATTACHMENTS_MAX = 100
ANSWER_TYPES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "blocks": list,
    "attachments": list,
    "response_type": str,
    "replace_original": (bool, str),
    "delete_original": (bool, str),
    "thread_ts": str,
    "mrkdwn": bool,
    "link_names": bool,
    "parse": str,
    "unfurl_links": bool,
    "unfurl_media": bool,
    "metadata": dict,
}


@dataclass(frozen=True)
class BotMessage:
    """A message the bot wants to appear, checked.

    Shape: `is_empty` when the bot only acknowledged.
    """

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    is_in_channel: bool = False
    replaces_original: bool = False
    deletes_original: bool = False
    thread_ts: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.text or self.blocks or self.attachments)


def read_ack(delivery: Delivery) -> BotMessage:
    """The message in the body of a command's ack: nothing, plain text or JSON.

    Raises: SlackError when Slack would drop it.
    """
    body = delivery.answer.strip()
    if not body:
        return BotMessage()
    if delivery.answer_type != "application/json":
        return BotMessage(text=body.decode("utf-8", "replace"))
    try:
        raw = json.loads(body)
    except ValueError as broken:
        raise SlackError("invalid_command_response", f"[ERROR] not JSON: {broken}") from broken
    return read_answer(raw, may_be_empty=True)


def read_answer(raw: object, *, may_be_empty: bool = False) -> BotMessage:
    """Check an answer's JSON.

    Raises: SlackError, as the response URL would answer it.
    """
    if not isinstance(raw, dict):
        raise SlackError("invalid_payload", "[ERROR] must provide an object [json-pointer:]")
    problems = [
        f"[ERROR] invalid additional property: {key} [json-pointer:/{key}]"
        for key in raw
        if key not in ANSWER_TYPES
    ]
    problems += [
        f"[ERROR] must provide a valid {key} [json-pointer:/{key}]"
        for key, kind in ANSWER_TYPES.items()
        if raw.get(key) is not None and not isinstance(raw[key], kind)
    ]
    if raw.get("response_type", "ephemeral") not in ("ephemeral", "in_channel", None):
        problems.append("[ERROR] must be a valid enum value [json-pointer:/response_type]")
    if problems:
        raise SlackError("invalid_arguments", *problems)
    message = BotMessage(
        text=check_text(raw.get("text") or ""),
        blocks=check_blocks(raw.get("blocks") or [], surface="message"),
        attachments=check_attachments(raw.get("attachments") or []),
        is_in_channel=raw.get("response_type") == "in_channel",
        replaces_original=_is_true(raw.get("replace_original")),
        deletes_original=_is_true(raw.get("delete_original")),
        thread_ts=raw.get("thread_ts"),
    )
    if message.is_empty and not may_be_empty and not message.deletes_original:
        raise SlackError("no_text")
    return message


def _is_true(value: object) -> bool:
    # Slack's own examples write "true" as often as true.
    return value in (True, "true")


def check_text(text: str) -> str:
    """A message's text as Slack keeps it: what is too long is cut off."""
    return text[:TEXT_CHARACTERS_MAX]


def check_attachments(attachments: list[Json]) -> list[Json]:
    """Check attachments, whose blocks obey the same rules.

    Raises: SlackError.
    """
    if len(attachments) > ATTACHMENTS_MAX:
        raise SlackError("too_many_attachments")
    for each in attachments:
        if not isinstance(each, dict):
            raise SlackError("invalid_attachments")
        check_blocks(each.get("blocks") or [], surface="message")
    return attachments


def show_answer(state: State, answer: BotMessage, ticket: ResponseTicket) -> Message | None:
    """Carry out an answer in the place where the person acted.

    Shape: the message as it now is; None when it was deleted or there was nothing to show.
    """
    original = None
    if ticket.message_ts is not None:
        original = state.workspace.find_message(
            ticket.channel, ticket.message_ts, viewer=ticket.person
        )
    if answer.deletes_original:
        if original is not None:
            state.workspace.remove(original)
        return None
    if answer.is_empty:
        return None
    if answer.replaces_original and original is not None:
        return _replace(state, original, answer)
    return state.workspace.post(
        Message(
            ts=state.workspace.next_ts(),
            channel=ticket.channel,
            user=state.app.bot_user_id,
            text=answer.text,
            blocks=complete_blocks(answer.blocks),
            attachments=answer.attachments,
            bot_id=state.app.bot_id,
            app_id=state.app.id,
            thread_ts=answer.thread_ts or ticket.thread_ts,
            only_for=None if answer.is_in_channel else ticket.person,
        )
    )


def _replace(state: State, original: Message, answer: BotMessage) -> Message:
    original.text = answer.text
    original.blocks = complete_blocks(answer.blocks)
    original.attachments = answer.attachments
    original.chosen.clear()
    state.workspace.change(original)
    return original
