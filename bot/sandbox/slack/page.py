"""The JSON behind the workspace page: look, type, press."""

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict

from bot.sandbox.mail.page import list_mails
from bot.sandbox.slack import clicks, commands, shortcuts, view_actions
from bot.sandbox.slack.hints import list_hints, tick
from bot.sandbox.slack.records import Channel, Json, Person
from bot.sandbox.slack.state import State
from bot.sandbox.slack.views import find_home, list_stack, view_part

MESSAGES_SHOWN_MAX = 200


def look(state: State, query: Json) -> Json:
    """Everything beside the messages, as one person sees it."""
    # A browser that was just opened is nobody yet: it becomes the first member.
    me = state.person(query.get("as") or _first_member(state))
    tick(state, state.person(query.get("was") or me.id), me.id)
    team = state.workspace.team
    return {
        "team": {"id": team.id, "name": team.name, "domain": team.domain},
        "me": me.as_page(),
        "users": [each.as_page() for each in state.workspace.people.values()],
        "channels": [_channel(state, me, each) for each in state.workspace.list_channels(me)],
        "commands": [
            {
                "command": each.command,
                "description": each.description,
                "usage_hint": each.usage_hint,
            }
            for each in state.manifest.commands
        ],
        "shortcuts": [asdict(each) for each in state.manifest.shortcuts],
        "bot": {
            "id": state.app.bot_id,
            "user_id": state.app.bot_user_id,
            "name": state.app.name,
            "app_id": state.app.id,
            "has_home": state.manifest.has_home,
        },
        "stripe": state.stripe_url,
        "has_mailbox": state.mailbox is not None,
        "hints": list_hints(state, me),
    }


def list_messages(state: State, query: Json) -> Json:
    """The newest messages of a channel or of a thread, oldest first; they count as read now.

    Shape: a channel's messages are without the answers in threads. `read_until` is the time of
    what was read before, "" for nothing.
    """
    me = state.person(query.get("as"))
    channel = state.channel(me, query.get("channel"))
    thread_ts = query.get("thread_ts")
    messages = [
        each
        for each in state.workspace.list_messages(channel.id, viewer=me.id)
        if (thread_ts in (each.thread_ts, each.ts) if thread_ts else each.is_in_channel)
    ]
    read_until = state.workspace.read_until(me.id, channel.id)
    state.workspace.mark_read(me.id, channel.id)
    return {
        "read_until": read_until,
        "messages": [
            each.as_page(reply_count=state.workspace.count_replies(each, viewer=me.id))
            for each in messages[-MESSAGES_SHOWN_MAX:]
        ],
    }


def mark_read(state: State, sent: Json) -> Json:
    """What arrived in a channel while it stood open was seen."""
    me = state.person(sent.get("as"))
    state.workspace.mark_read(me.id, state.channel(me, sent.get("channel")).id)
    return {"ok": True}


def list_notices(state: State, query: Json) -> Json:
    """What Slack told a person privately, oldest first."""
    me = state.person(query.get("as"))
    return {"notices": [asdict(each) for each in state.notices if each.person == me.id]}


def type_text(state: State, sent: Json) -> Json:
    """Enter was pressed in the composer."""
    me = state.person(sent.get("as"))
    channel = state.channel(me, sent.get("channel"))
    thread_ts = sent.get("thread_ts") or None
    text = str(sent.get("text", ""))
    answer = commands.type_text(state, me, channel, text, thread_ts=thread_ts)
    tick(state, me, text)
    return answer


def use_shortcut(state: State, sent: Json) -> Json:
    """A shortcut was chosen, in a message's menu or anywhere."""
    answer = shortcuts.run(state, sent)
    tick(state, state.person(sent.get("as")), str(sent.get("callback_id")))
    return answer


def act(state: State, sent: Json) -> Json:
    """Something in a message was pressed or chosen."""
    me = state.person(sent.get("as"))
    return clicks.act(state, me, state.channel(me, sent.get("channel")), sent)


async def stream(state: State, person: Person) -> AsyncIterator[str]:
    """Everything that happens from now on, as one person sees it."""
    subscription, close = state.workspace.stream.subscribe(person.id)
    try:
        async for line in subscription.lines():
            yield line
    finally:
        close()


def _first_member(state: State) -> str | None:
    people = state.workspace.people.values()
    return next((each.id for each in people if each.kind == "member"), None)


def _channel(state: State, me: Person, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": _shown_name(state, me, channel),
        "kind": channel.kind,
        "topic": channel.topic,
        "is_ext_shared": channel.is_ext_shared,
        "is_archived": channel.is_archived,
        "is_member": me.id in channel.members,
        "members": channel.members,
        "unread": state.workspace.count_unread(me.id, channel.id),
    }


def _shown_name(state: State, me: Person, channel: Channel) -> str:
    if channel.kind != "im":
        return channel.name
    others = [each for each in channel.members if each != me.id] or [me.id]
    return state.workspace.people[others[0]].real_name


def list_views(state: State, query: Json) -> Json:
    """The modals on a person's screen, the one on top last, for a page that was reloaded."""
    me = state.person(query.get("as"))
    return {"views": [view_part(state, each) for each in list_stack(state, me.id)]}


def read_mails(state: State, query: Json) -> Json:
    """What customers were sent by e-mail, newest first."""
    state.person(query.get("as"))
    return {"mails": [] if state.mailbox is None else list_mails(state.mailbox)}


def look_at_home(state: State, query: Json) -> Json:
    """What stands in a person's Home tab, without a word to the bot."""
    me = state.person(query.get("as"))
    home = find_home(state, me.id)
    return {"view": view_part(state, home) if home is not None else None}


READERS: dict[str, Callable[[State, Json], Json]] = {
    "state": look,
    "messages": list_messages,
    "notices": list_notices,
    "views": list_views,
    "home": look_at_home,
    "mails": read_mails,
}
WRITERS: dict[str, Callable[[State, Json], Json]] = {
    "type": type_text,
    "act": act,
    "read": mark_read,
    "home/open": view_actions.open_home,
    "options": view_actions.list_options,
    "shortcut": use_shortcut,
    "view/act": view_actions.act,
    "view/close": view_actions.close,
    "view/submit": view_actions.submit,
}
