"""A person types into the composer: a message, or a command for the bot."""

import re
from urllib.parse import urlencode

from bot.sandbox.slack.answers import read_ack, show_answer
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.events import message_posted
from bot.sandbox.slack.invitations import COMMAND as INVITE
from bot.sandbox.slack.invitations import invite
from bot.sandbox.slack.manifest import Command
from bot.sandbox.slack.records import Channel, Json, Message, Person
from bot.sandbox.slack.state import State

TEXT_CHARACTERS_MAX = 12_000
COMMAND = re.compile(r"(/[^\s/]+)(?:\s+(.*))?", re.DOTALL)


def type_text(
    state: State, person: Person, channel: Channel, text: str, *, thread_ts: str | None = None
) -> Json:
    """What happens when somebody presses Enter."""
    text = text.strip()
    if not text:
        raise SlackError("no_text")
    if channel.is_archived:
        raise SlackError("is_archived")
    found = COMMAND.fullmatch(text)
    if found is None:
        return _say(state, person, channel, text, thread_ts)
    name, rest = found.group(1).lower(), (found.group(2) or "").strip()
    if name == INVITE:
        wrong = invite(state, person, channel, rest)
        return {"ok": True} if wrong is None else _refuse(state, person, channel, wrong, "invalid")
    command = state.manifest.find_command(name)
    if command is None or person.team_id not in state.installed_in:
        return _refuse(state, person, channel, f"{name} is not a valid command.", "unknown_command")
    if thread_ts is not None:
        words = f"{name} is not supported in threads. Sorry!"
        return _refuse(state, person, channel, words, "not_in_threads")
    return _run(state, person, channel, command, rest)


def _say(state: State, person: Person, channel: Channel, text: str, thread_ts: str | None) -> Json:
    if person.id not in channel.members:
        raise SlackError("not_in_channel")
    if thread_ts is not None and state.workspace.find_message(channel.id, thread_ts) is None:
        raise SlackError("thread_not_found")
    message = Message(
        ts=state.workspace.next_ts(),
        channel=channel.id,
        user=person.id,
        text=_escaped(text[:TEXT_CHARACTERS_MAX]),
        thread_ts=thread_ts,
    )
    state.workspace.post(message)
    message_posted(state, channel, message)
    return {"ok": True, "ts": message.ts}


def _escaped(text: str) -> str:
    # Source: docs.slack.dev, "Formatting message text": a message's text comes with these three.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _refuse(state: State, person: Person, channel: Channel, words: str, error: str) -> Json:
    state.notify(person, channel, words, is_error=True)
    return {"ok": False, "error": error}


def _run(state: State, person: Person, channel: Channel, command: Command, text: str) -> Json:
    token = state.tickets.give_response(person.id, channel.id)
    form = {
        "token": state.app.verification_token,
        "team_id": person.team_id,
        "team_domain": state.workspace.team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name_in_payload,
        "user_id": person.id,
        "user_name": person.name,
        "command": command.command,
        "text": _with_ids(state, text) if command.should_escape else text,
        "api_app_id": state.app.id,
        "is_enterprise_install": "false",
        "response_url": state.response_url(token),
        "trigger_id": state.tickets.give_trigger(person.id),
    }
    delivery = state.courier.send("command", urlencode(form).encode())
    if delivery.error is not None:
        words = f'{command.command} failed with the error "{delivery.error}"'
        return _refuse(state, person, channel, words, delivery.error) | {"command": True}
    try:
        # The ack is the command's first answer; it uses none of the response URL's five.
        answer = read_ack(delivery)
    except SlackError as refused:
        state.record_problem(f"ack of {command.command} {text}", refused)
        words = f'{command.command} failed with the error "{refused.error}"'
        return _refuse(state, person, channel, words, refused.error) | {"command": True}
    message = show_answer(state, answer, state.tickets.look_at_response(token))
    shown = {"ts": message.ts} if message is not None else {}
    return {"ok": True, "command": True, **shown}


def _with_ids(state: State, text: str) -> str:
    """Write groups, people and channels as Slack does when a command asks for it."""
    for group in state.workspace.groups.values():
        mention = f"<!subteam^{group.id}|@{group.handle}>"
        text = re.sub(rf"(?<!\S)@{re.escape(group.handle)}(?!\S)", mention, text)
    for person in state.workspace.people.values():
        text = re.sub(rf"@{re.escape(person.name)}\b", f"<@{person.id}|{person.name}>", text)
    for channel in state.workspace.channels.values():
        if channel.kind == "public":
            text = re.sub(rf"#{re.escape(channel.name)}\b", f"<#{channel.id}|{channel.name}>", text)
    return text
