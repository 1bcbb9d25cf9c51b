"""Slack's own /invite: somebody in a channel brings another person, or the app, into it."""

from bot.sandbox.slack.records import Channel, Person
from bot.sandbox.slack.state import State

COMMAND = "/invite"


def invite(state: State, person: Person, channel: Channel, text: str) -> str | None:
    """Bring those who are named into the channel; what is wrong instead, None where nothing is.

    Everybody who reads the channel sees who came, and by whom.
    """
    if channel.kind in {"im", "mpim"} or person.id not in channel.members:
        return f"{COMMAND} works in channels that you are in."
    named = [word.removeprefix("@").lower() for word in text.split()]
    found = {each.name.lower(): each for each in state.workspace.people.values()}
    unknown = [name for name in named if name not in found]
    if not named or unknown:
        return f"Write {COMMAND} and a name, such as {COMMAND} @{state.app.name}."
    for name in named:
        guest = found[name]
        if guest.id in channel.members:
            state.notify(person, channel, f"{_shown(guest)} is here already.", is_error=False)
        else:
            state.workspace.join(channel, guest)
            _tell(state, person, channel, guest)
    return None


def _tell(state: State, person: Person, channel: Channel, guest: Person) -> None:
    words = f"{_shown(guest)} was added to #{channel.name} by {_shown(person)}."
    for member in channel.members:
        reader = state.workspace.people[member]
        if reader.kind != "bot":
            state.notify(reader, channel, words, is_error=False)


def _shown(person: Person) -> str:
    return person.real_name or person.name
