"""The stand-in for Slack: one workspace with one app in it, over HTTP."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.sandbox.slack.app import Routes
from bot.sandbox.slack.courier import Courier, sign
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.events import RETRY_AFTER_SECONDS, send_event
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.manifest import read_manifest
from bot.sandbox.slack.records import (
    Call,
    Channel,
    ChannelKind,
    Delivery,
    Hint,
    Json,
    Message,
    Notice,
    Person,
    PersonKind,
    Problem,
    Team,
    UserGroup,
)
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.state import App, State
from bot.sandbox.slack.tickets import PATIENCE_SECONDS, Tickets
from bot.sandbox.slack.workspace import Workspace

COLORS = ("#3f7d5f", "#b4552d", "#3b6ea5", "#8a4f7d", "#a3832a", "#4b5d67", "#6b7f3a", "#a0485a")


class StandIn:
    """Slack for one app: serve `app`, set `request_url` to where the bot listens.

    Units: `clock` gives Unix seconds, for message times, triggers, response URLs and rate
    limits; signatures carry the real time. `patience_seconds` is how long it waits for an answer
    and lets a trigger hold: three at Slack itself, which is too short on a machine that is busy.
    """

    def __init__(  # noqa: PLR0913 - everything that a test may want to state.
        self,
        manifest: Json | str | Path,
        signing_secret: str = "fake-signing-secret",
        bot_token: str = "xoxb-fake-tallyman",
        request_url: str | None = None,
        *,
        team_id: str = "T0TALLYMAN",
        team_name: str = "Meridian Voice",
        team_domain: str = "meridian-voice",
        app_id: str = "A0TALLYMAN",
        bot_id: str = "B0TALLYMAN",
        bot_user_id: str = "U0TALLYBOT",
        app_token: str = "xapp-fake-tallyman",
        verification_token: str = "fake-verification-token",
        stripe_url: str | None = None,
        url: str | None = None,
        clock: Callable[[], float] = time.time,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        read = read_manifest(manifest)
        faults = Faults()
        sockets = Sockets(
            app_id,
            is_enabled=read.has_socket_mode,
            on_problem=self._record_problem,
        )
        self.state = State(
            app=App(
                app_id, read.name, bot_id, bot_user_id, bot_token, app_token, verification_token
            ),
            manifest=read,
            workspace=Workspace(Team(team_id, team_name, team_domain), clock=clock),
            courier=Courier(
                secret=signing_secret,
                request_url=request_url,
                faults=faults,
                sockets=sockets,
                patience_seconds=patience_seconds,
            ),
            tickets=Tickets(clock, patience_seconds=patience_seconds),
            sockets=sockets,
            faults=faults,
            clock=clock,
            url=url,
            stripe_url=stripe_url,
            installed_in={team_id},
        )
        self.add_person(read.name.lower(), id=bot_user_id, real_name=read.name, kind="bot")
        self.app = Routes(self.state).build()

    @property
    def url(self) -> str | None:
        """Where this is served; set it, or the first request shows it."""
        return self.state.url

    @url.setter
    def url(self, url: str | None) -> None:
        self.state.url = url

    @property
    def request_url(self) -> str | None:
        """Where the bot listens."""
        return self.state.courier.request_url

    @request_url.setter
    def request_url(self, request_url: str | None) -> None:
        self.state.courier.request_url = request_url

    @property
    def bot_token(self) -> str:
        """The token the bot calls the Web API with."""
        return self.state.app.bot_token

    def install_again(self, bot_token: str, *, revoke: bool = True) -> None:
        """Give the app another bot token; the one before is revoked, or unknown from now on."""
        if revoke:
            self.state.revoked_tokens.add(self.bot_token)
        self.state.app = replace(self.state.app, bot_token=bot_token)

    @property
    def signing_secret(self) -> str:
        """What deliveries are signed with."""
        return self.state.courier.secret

    @property
    def hints(self) -> list[Hint]:
        """What the page offers a newcomer to try."""
        return self.state.hints

    @property
    def workspace(self) -> Workspace:
        """People, channels and messages."""
        return self.state.workspace

    @property
    def faults(self) -> Faults:
        """The switches of bad days."""
        return self.state.faults

    @property
    def sockets(self) -> Sockets:
        """The app's connections in Socket Mode; disconnect and drop are bad days too."""
        return self.state.sockets

    @property
    def calls(self) -> list[Call]:
        """Every Web API call, oldest first."""
        return self.state.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """Every request to the bot, oldest first."""
        return self.state.courier.deliveries

    @property
    def problems(self) -> list[Problem]:
        """Everything the bot sent that Slack refuses or drops."""
        return self.state.problems

    @property
    def notices(self) -> list[Notice]:
        """Everything Slack said to people in its own voice."""
        return self.state.notices

    def add_person(  # noqa: PLR0913 - everything that a test may want to state.
        self,
        name: str,
        *,
        id: str | None = None,  # noqa: A002 - the word that Slack has for it.
        real_name: str | None = None,
        title: str = "",
        kind: PersonKind = "member",
        team_id: str | None = None,
        email: str | None = None,
        is_admin: bool = False,
        color: str | None = None,
    ) -> Person:
        """Let somebody in; a direct conversation with the bot is opened for them."""
        people, bot = self.workspace.people, self.state.app.bot_user_id
        person = Person(
            id=id or f"U{len(people):08d}",
            name=name,
            real_name=real_name or name.title(),
            team_id=team_id or self.workspace.team.id,
            title=title,
            color=color or COLORS[len(people) % len(COLORS)],
            kind=kind,
            email=f"{name}@{self.workspace.team.domain}.example" if email is None else email,
            is_admin=is_admin,
        )
        self.workspace.add_person(person)
        if kind in ("member", "guest"):
            self.add_channel(name, kind="im", members=[bot, person.id])
        return person

    def add_channel(  # noqa: PLR0913 - everything that a test may want to state.
        self,
        name: str,
        *,
        id: str | None = None,  # noqa: A002 - the word that Slack has for it.
        kind: ChannelKind = "public",
        members: Sequence[str] = (),
        topic: str = "",
        is_ext_shared: bool = False,
        is_archived: bool = False,
        has_bot: bool = False,
    ) -> Channel:
        """Open a channel; `members` are ids."""
        letter = {"public": "C", "private": "G", "im": "D", "mpim": "G"}[kind]
        bot = self.state.app.bot_user_id
        everybody = [*members, *([bot] if has_bot and bot not in members else [])]
        return self.workspace.add_channel(
            Channel(
                id=id or f"{letter}{len(self.workspace.channels):08d}",
                name=name,
                kind=kind,
                members=everybody,
                topic=topic,
                is_ext_shared=is_ext_shared,
                is_archived=is_archived,
            )
        )

    def add_group(self, handle: str, *, users: Sequence[str], name: str | None = None) -> UserGroup:
        """Add a user group; `users` are ids."""
        groups = self.workspace.groups
        group = UserGroup(f"S{len(groups):08d}", handle, name or handle.title(), list(users))
        groups[group.id] = group
        return group

    def find_channel(self, name: str) -> Channel:
        """A channel by name or id.

        Raises: KeyError.
        """
        for each in self.workspace.channels.values():
            if name.lstrip("#") in (each.name, each.id):
                return each
        raise KeyError(name)

    def list_messages(self, channel: str, *, viewer: str | None = None) -> list[Message]:
        """Messages of a channel by name or id, oldest first."""
        return self.workspace.list_messages(self.find_channel(channel).id, viewer=viewer)

    def send_event(
        self, event: Json, *, waits: Sequence[float] = RETRY_AFTER_SECONDS
    ) -> list[Delivery]:
        """Deliver an Events API event, with Slack's retries after these seconds."""
        return send_event(self.state, event, waits=waits)

    def sign(
        self, body: bytes, timestamp: int | str | None = None, secret: str | None = None
    ) -> dict[str, str]:
        """The two signature headers for a body; for attacks with another time or secret."""
        return sign(body, secret=secret or self.state.courier.secret, timestamp=timestamp)

    def _record_problem(self, where: str, wrong: SlackError) -> None:
        self.state.record_problem(where, wrong)

    def deliver(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        """Send the bot these very bytes and headers."""
        return self.state.courier.deliver(body, headers)
