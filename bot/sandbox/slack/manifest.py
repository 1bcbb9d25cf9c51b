"""Read the app's manifest: the one list of commands, shortcuts, events and scopes."""

import json
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.slack.records import Json


@dataclass(frozen=True)
class Command:
    """A slash command as the composer offers it."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    """A shortcut of the app, on messages or everywhere."""

    name: str
    kind: str
    callback_id: str
    description: str


@dataclass(frozen=True)
class Manifest:
    """What the app asked for when it was installed."""

    name: str
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    scopes: tuple[str, ...]
    events: tuple[str, ...]
    is_interactive: bool
    has_home: bool
    has_socket_mode: bool

    def find_command(self, name: str) -> Command | None:
        """The command of that name, with its slash."""
        return next((each for each in self.commands if each.command == name), None)


def read_manifest(source: Json | str | Path) -> Manifest:
    """Take a manifest from a dict or from a file.

    Raises: KeyError and ValueError when it is no manifest of version 2.
    """
    raw: Json = source if isinstance(source, dict) else json.loads(Path(source).read_text("utf-8"))
    features, settings = raw.get("features", {}), raw.get("settings", {})
    if settings.get("token_rotation_enabled"):
        raise ValueError("The bot token given here never expires: switch token rotation off.")
    commands = tuple(
        Command(
            command=each["command"],
            description=each["description"],
            usage_hint=each.get("usage_hint", ""),
            should_escape=each.get("should_escape", False),
        )
        for each in features.get("slash_commands", [])
    )
    shortcuts = tuple(
        Shortcut(each["name"], each["type"], each["callback_id"], each["description"])
        for each in features.get("shortcuts", [])
    )
    return Manifest(
        name=raw["display_information"]["name"],
        commands=commands,
        shortcuts=shortcuts,
        scopes=tuple(raw["oauth_config"]["scopes"]["bot"]),
        events=tuple(settings.get("event_subscriptions", {}).get("bot_events", [])),
        is_interactive=settings.get("interactivity", {}).get("is_enabled", False),
        has_home=features.get("app_home", {}).get("home_tab_enabled", False),
        has_socket_mode=settings.get("socket_mode_enabled", False),
    )
