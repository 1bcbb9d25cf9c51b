"""What the stand-in remembers: people, channels, messages, views and what passed by."""

import mimetypes
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

Json = dict[str, Any]
PersonKind = Literal["member", "guest", "external", "bot", "deactivated"]
ChannelKind = Literal["public", "private", "im", "mpim"]


@dataclass
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str


@dataclass
class Person:
    """Somebody with a Slack account; the app's bot user is one too."""

    id: str
    name: str
    real_name: str
    team_id: str
    title: str = ""
    color: str = "#4a6b5d"
    kind: PersonKind = "member"
    email: str = ""
    is_admin: bool = False
    time_zone: str = "Europe/Berlin"
    # What the page tells of their rights in the app; Slack itself knows nothing of that.
    role: str = ""

    def as_page(self) -> Json:
        """The person as the page draws them."""
        return {
            "id": self.id,
            "name": self.name,
            "real_name": self.real_name,
            "title": self.title,
            "role": self.role,
            "color": self.color,
            "kind": self.kind,
            "team_id": self.team_id,
        }


@dataclass
class UserGroup:
    """A group of people with a handle of its own."""

    id: str
    handle: str
    name: str
    users: list[str]
    is_disabled: bool = False


@dataclass
class Channel:
    """A conversation of any kind."""

    id: str
    name: str
    kind: ChannelKind
    members: list[str]
    topic: str = ""
    is_ext_shared: bool = False
    is_archived: bool = False

    @property
    def name_in_payload(self) -> str:
        """The name that commands and clicks carry: Slack hides the names of private ones."""
        return {"private": "privategroup", "im": "directmessage"}.get(self.kind, self.name)


@dataclass
class Message:
    """One message in one channel, perhaps for one pair of eyes."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    only_for: str | None = None
    edited_at: str | None = None
    changed_at: str = ""
    metadata: Json | None = None
    client_msg_id: str | None = None
    # What each person has chosen in it so far: person -> block_id -> action_id -> state.
    chosen: dict[str, dict[str, dict[str, Json]]] = field(default_factory=dict)

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.only_for is not None

    @property
    def is_in_channel(self) -> bool:
        """Whether it stands in the channel itself and not only in a thread."""
        return self.thread_ts in (None, self.ts)

    def as_page(self, *, reply_count: int = 0) -> Json:
        """The message as the page draws it."""
        shown: Json = {
            "ts": self.ts,
            "channel": self.channel,
            "user": self.user,
            "text": self.text,
            "ephemeral": self.is_ephemeral,
            "changed_at": self.changed_at or self.ts,
        }
        optional = {
            "bot_id": self.bot_id,
            "blocks": self.blocks or None,
            "attachments": self.attachments or None,
            "files": self.files or None,
            "thread_ts": self.thread_ts,
            "edited": {"ts": self.edited_at} if self.edited_at else None,
            "reply_count": reply_count or None,
        }
        return shown | {key: value for key, value in optional.items() if value is not None}


@dataclass
class View:
    """A modal on somebody's stack, or somebody's App Home."""

    id: str
    person: str
    kind: Literal["modal", "home"]
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    external_id: str = ""
    chosen: dict[str, dict[str, Json]] = field(default_factory=dict)


@dataclass
class UploadedFile:
    """A file on its way, or there."""

    id: str
    name: str
    bytes_expected: int
    token: str
    title: str = ""
    content: bytes | None = None
    is_complete: bool = False
    created: int = 0
    user: str = ""

    def as_json(self, base_url: str) -> Json:
        """The file as answers and messages carry it; its address is below `base_url`."""
        address = f"{base_url}/files/{self.token}/{quote(self.name)}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": mimetypes.guess_type(self.name)[0] or "application/octet-stream",
            "filetype": self.name.rpartition(".")[2].lower() if "." in self.name else "",
            "user": self.user,
            "size": len(self.content or b""),
            "mode": "hosted",
            "url_private": address,
            "url_private_download": f"{address}?download=1",
        }


@dataclass(frozen=True)
class Notice:
    """What Slack itself told one person."""

    person: str
    channel: str
    text: str
    kind: Literal["error", "info"]
    ts: str = ""


@dataclass(frozen=True)
class Hint:
    """Something that a newcomer may try: a text to type, a person to be, or a shortcut to use.

    Shape: `people` are ids; empty means everybody. `channel` is where, empty means anywhere; `ts`
    is the message of a shortcut.
    """

    why: str
    text: str = ""
    person: str = ""
    shortcut: str = ""
    channel: str = ""
    ts: str = ""
    people: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What tells it from the others."""
        return self.text or self.shortcut or self.person

    def is_for(self, person: str) -> bool:
        """Whether it is meant for somebody."""
        return person != self.person and (not self.people or person in self.people)


@dataclass(frozen=True)
class Problem:
    """Something the bot did that Slack refuses or drops."""

    where: str
    error: str
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Call:
    """One call of the Web API: the arguments without the token, and the answer."""

    method: str
    arguments: Json
    answer: Json
    status: int


@dataclass(frozen=True)
class Delivery:
    """One request to the bot and what came back.

    Shape: `error` is None when the bot answered 2xx in time.
    """

    kind: str
    body: bytes
    headers: dict[str, str]
    status: int | None = None
    answer: bytes = b""
    answer_type: str = ""
    answer_headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None
