"""Who and where a call means, as far as the bot may know them."""

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Channel, ChannelKind, Message, Person
from bot.sandbox.slack.state import State

READ_SCOPE: dict[ChannelKind, str] = {
    "public": "channels",
    "private": "groups",
    "im": "im",
    "mpim": "mpim",
}


def known_channel(state: State, channel_id: str) -> Channel:
    """A channel that exists for the bot: public, or one it is in.

    Raises: SlackError channel_not_found.
    """
    channel = state.workspace.channels.get(channel_id)
    if channel is None or (
        channel.kind != "public" and state.app.bot_user_id not in channel.members
    ):
        raise SlackError("channel_not_found")
    return channel


def meant_channel(state: State, wanted: str) -> str:
    """The id of the conversation that an id, a #name or a person's id means.

    Shape: what was asked for when there is no such conversation (yet).
    """
    for each in state.workspace.channels.values():
        if each.kind == "public" and "#" + each.name == wanted:
            return each.id
    direct = state.workspace.find_direct({state.app.bot_user_id, wanted})
    return direct.id if direct is not None else wanted


def writable_channel(state: State, channel_id: str) -> Channel:
    """A channel the bot may post to; a person's id means the direct conversation with them.

    Raises: SlackError.
    """
    channel_id = meant_channel(state, channel_id)
    if channel_id in state.workspace.people:
        return direct_channel(state, [known_person(state, channel_id)])
    channel = known_channel(state, channel_id)
    if channel.is_archived:
        raise SlackError("is_archived")
    is_in = state.app.bot_user_id in channel.members
    if not is_in and "chat:write.public" not in state.manifest.scopes:
        raise SlackError("not_in_channel")
    return channel


def known_person(state: State, person_id: str) -> Person:
    """Somebody by id.

    Raises: SlackError user_not_found.
    """
    person = state.workspace.people.get(person_id)
    if person is None:
        raise SlackError("user_not_found")
    return person


def direct_channel(state: State, people: list[Person]) -> Channel:
    """The direct conversation of the bot with these people, opened when there is none.

    Raises: SlackError when one of them has left.
    """
    if any(each.kind == "deactivated" for each in people):
        raise SlackError("user_disabled")
    if any(each.id == state.app.bot_user_id for each in people):
        raise SlackError("cannot_dm_bot")
    members = [state.app.bot_user_id, *(each.id for each in people)]
    found = state.workspace.find_direct(set(members))
    if found is not None:
        return found
    number = len(state.workspace.channels) + 1
    if len(people) == 1:
        return state.workspace.add_channel(Channel(f"D{number:08d}", people[0].name, "im", members))
    name = "mpdm-" + "--".join([each.name for each in people]) + "-1"
    return state.workspace.add_channel(Channel(f"G{number:08d}", name, "mpim", members))


def own_message(state: State, channel: Channel, ts: str, refusal: str) -> Message:
    """A message of the bot's own, the only kind it may change.

    Raises: SlackError; ephemeral messages are not found, because Slack keeps none.
    """
    message = state.workspace.find_message(channel.id, ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.app_id != state.app.id:
        raise SlackError(refusal)
    return message


def need_scope(state: State, channel: Channel, kind: str) -> None:
    """Refuse a channel of a kind the bot has no scope for.

    Raises: SlackError missing_scope.
    """
    scope = f"{READ_SCOPE[channel.kind]}:{kind}"
    if scope not in state.manifest.scopes:
        raise missing_scope(state, scope)


def missing_scope(state: State, needed: str) -> SlackError:
    """The refusal that names what is missing and what there is."""
    provided = ",".join(state.manifest.scopes)
    return SlackError("missing_scope", needed=needed, provided=provided)
