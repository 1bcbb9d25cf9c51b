"""Everything the parts of the stand-in share."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Literal

from bot.sandbox.mail.mailbox import Mailbox
from bot.sandbox.slack.courier import Courier
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.records import (
    Call,
    Channel,
    Hint,
    Json,
    Notice,
    Person,
    Problem,
    UploadedFile,
    View,
)
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.workspace import Workspace

# The sandbox may run for days; what is recorded for tests must not grow for ever.
RECORDED_MAX = 10_000
OFFERED_MAX = 1_000


@dataclass(frozen=True)
class App:
    """The app under test, as Slack knows it once installed."""

    id: str
    name: str
    bot_id: str
    bot_user_id: str
    bot_token: str
    app_token: str
    verification_token: str


@dataclass
class State:
    """One workspace with one app in it.

    Units: `clock` gives Unix seconds; tests may hand in one of their own.
    """

    app: App
    manifest: Manifest
    workspace: Workspace
    courier: Courier
    tickets: Tickets
    sockets: Sockets
    faults: Faults
    clock: Callable[[], float]
    url: str | None = None
    stripe_url: str | None = None
    # What customers were sent by e-mail, where there is a mail server beside this workspace.
    mailbox: Mailbox | None = None
    is_rate_limited: bool = True
    honours_client_msg_id: bool = False
    installed_in: set[str] = field(default_factory=set)
    revoked_tokens: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    # What the bot has offered in looked-up menus: person and action_id -> options.
    offered: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    hints: list[Hint] = field(default_factory=list)
    # Hints that were followed: person and hint.
    tried: set[tuple[str, str]] = field(default_factory=set)

    def person(self, person_id: object) -> Person:
        """Somebody who can act in the workspace.

        Raises: SlackError when nobody has that id, or not any more.
        """
        person = self.workspace.people.get(str(person_id))
        if person is None:
            raise SlackError("user_not_found")
        if person.kind == "deactivated":
            raise SlackError("account_inactive")
        if person.kind == "bot":
            raise SlackError("user_is_bot")
        return person

    def channel(self, person: Person, channel_id: object) -> Channel:
        """A conversation that a person may see.

        Raises: SlackError when there is none of that id for them.
        """
        channel = self.workspace.channels.get(str(channel_id))
        if channel is None or not self.workspace.may_see(person, channel):
            raise SlackError("channel_not_found")
        return channel

    def notify(self, person: Person, channel: Channel, text: str, *, is_error: bool) -> None:
        """Tell one person something in Slack's own voice."""
        kind: Literal["error", "info"] = "error" if is_error else "info"
        notice = Notice(person.id, channel.id, text, kind, self.workspace.next_ts())
        self.notices.append(notice)
        del self.notices[:-RECORDED_MAX]
        event = {"type": "notice", **asdict(notice)}
        self.workspace.stream.publish(event, to={person.id})

    def record_problem(self, where: str, error: SlackError) -> None:
        """Remember what the bot got wrong, so that a test can say that nothing was."""
        self.problems.append(Problem(where, error.error, error.messages))
        del self.problems[:-RECORDED_MAX]

    def record_call(self, call: Call) -> None:
        """Remember a call of the Web API."""
        self.calls.append(call)
        del self.calls[:-RECORDED_MAX]

    def offer(self, person: str, action_id: str, options: list[Json]) -> None:
        """Remember what a looked-up menu offers; what was offered before may stand chosen in it."""
        known = self.offered.setdefault((person, action_id), [])
        known += [each for each in options if each not in known]
        del known[:-OFFERED_MAX]

    def response_url(self, token: str) -> str:
        """Where the bot may answer an interaction."""
        return f"{(self.url or 'http://127.0.0.1').rstrip('/')}/response/{token}"
