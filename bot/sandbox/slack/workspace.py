"""Who is there, what was said, and who may see it."""

import threading
import time
from collections.abc import Callable

from bot.sandbox.slack.records import Channel, Json, Message, Person, Team, UserGroup
from bot.sandbox.slack.stream import Stream

MESSAGES_PER_CHANNEL_MAX = 5_000


class Workspace:
    """People, channels and messages of one team, in memory, behind one lock."""

    def __init__(self, team: Team, *, clock: Callable[[], float] = time.time) -> None:
        self.team = team
        self.clock = clock
        self.lock = threading.RLock()
        self.stream = Stream()
        self.people: dict[str, Person] = {}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Channel] = {}
        self._messages: dict[str, list[Message]] = {}
        self._read_until: dict[tuple[str, str], str] = {}
        self._last_micros = 0

    def next_ts(self) -> str:
        """A message time that nothing else in this workspace has."""
        with self.lock:
            self._last_micros = max(self._last_micros + 1, int(self.clock() * 1_000_000))
            seconds, micros = divmod(self._last_micros, 1_000_000)
            return f"{seconds}.{micros:06d}"

    def add_person(self, person: Person) -> Person:
        """Let somebody in."""
        with self.lock:
            self.people[person.id] = person
        self._tell_everybody({"type": "state"})
        return person

    def add_channel(self, channel: Channel) -> Channel:
        """Open a conversation."""
        with self.lock:
            self.channels[channel.id] = channel
            self._messages.setdefault(channel.id, [])
        self._tell_everybody({"type": "state"})
        return channel

    def join(self, channel: Channel, person: Person) -> None:
        """Let somebody into a conversation."""
        with self.lock:
            channel.members.append(person.id)
        self._tell_everybody({"type": "state"})

    def find_direct(self, members: set[str]) -> Channel | None:
        """The direct conversation of exactly these people."""
        with self.lock:
            return next(
                (
                    each
                    for each in self.channels.values()
                    if each.kind in ("im", "mpim") and set(each.members) == members
                ),
                None,
            )

    def may_see(self, person: Person, channel: Channel) -> bool:
        """Members see their channels; full members see public ones that they have not joined."""
        if person.id in channel.members:
            return True
        return channel.kind == "public" and person.kind in ("member", "bot")

    def list_channels(self, person: Person) -> list[Channel]:
        """The conversations a person may see, in the order they were opened."""
        with self.lock:
            return [each for each in self.channels.values() if self.may_see(person, each)]

    def list_messages(self, channel: str, *, viewer: str | None = None) -> list[Message]:
        """Messages of a channel, oldest first; private ones only for their receiver."""
        with self.lock:
            return [
                each
                for each in self._messages.get(channel, [])
                if each.only_for is None or each.only_for == viewer
            ]

    def find_message(self, channel: str, ts: str, *, viewer: str | None = None) -> Message | None:
        """One message by its time."""
        found = (each for each in self.list_messages(channel, viewer=viewer) if each.ts == ts)
        return next(found, None)

    def count_replies(self, message: Message, *, viewer: str | None = None) -> int:
        """How many answers stand in a message's thread."""
        return sum(
            each.thread_ts == message.ts and each.ts != message.ts
            for each in self.list_messages(message.channel, viewer=viewer)
        )

    def post(self, message: Message) -> Message:
        """Put a message into its channel and show it."""
        with self.lock:
            kept = self._messages.setdefault(message.channel, [])
            kept.append(message)
            del kept[:-MESSAGES_PER_CHANNEL_MAX]
            parent = self._parent(message)
        self._show("message", message)
        if parent is not None:
            self._show("changed", parent)
        return message

    def change(self, message: Message) -> None:
        """Show what a message has become."""
        message.changed_at = self.next_ts()
        self._show("changed", message)

    def remove(self, message: Message) -> None:
        """Take a message away."""
        with self.lock:
            self._messages[message.channel].remove(message)
            parent = self._parent(message)
        event = {"type": "removed", "channel": message.channel, "ts": message.ts}
        self.stream.publish(event, to=self._audience(message))
        if parent is not None:
            self._show("changed", parent)

    def mark_read(self, person: str, channel: str, *, until: str | None = None) -> None:
        """Remember that a person has seen everything up to a message's time, or up to now."""
        with self.lock:
            self._read_until[person, channel] = until or self.next_ts()

    def read_until(self, person: str, channel: str) -> str:
        """The time up to which a person has seen everything; "" when that is nothing."""
        with self.lock:
            return self._read_until.get((person, channel), "")

    def count_unread(self, person: str, channel: str) -> int:
        """How many messages of others a person has not looked at."""
        with self.lock:
            since = self._read_until.get((person, channel), "")
            return sum(
                each.ts > since and each.user != person
                for each in self.list_messages(channel, viewer=person)
            )

    def _parent(self, message: Message) -> Message | None:
        if message.thread_ts is None or message.thread_ts == message.ts:
            return None
        return self.find_message(message.channel, message.thread_ts)

    def _audience(self, message: Message) -> set[str]:
        if message.only_for is not None:
            return {message.only_for}
        with self.lock:
            channel = self.channels[message.channel]
            return {each.id for each in self.people.values() if self.may_see(each, channel)}

    def _show(self, kind: str, message: Message) -> None:
        for person in self._audience(message):
            replies = self.count_replies(message, viewer=person)
            event = {"type": kind, "message": message.as_page(reply_count=replies)}
            self.stream.publish(event, to={person})

    def _tell_everybody(self, event: Json) -> None:
        self.stream.publish(event, to=set(self.people))
