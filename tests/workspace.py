"""A person in the stand-in Slack: type, press, choose, see; over HTTP, as a browser does."""

from dataclasses import dataclass
from typing import Any

import urllib3

Json = dict[str, Any]

# Slack waits for three seconds. How fast we answer is measured elsewhere, on a machine at rest.
PATIENCE_SECONDS = 60.0

# Where a test has somebody do several things at once, each has a connection.
CONNECTIONS_MAX = 4


@dataclass(frozen=True)
class Seen:
    """A message as one person sees it."""

    raw: Json

    @property
    def ts(self) -> str:
        """Its time, which is its id within the channel."""
        return str(self.raw["ts"])

    @property
    def channel(self) -> str:
        """The id of its channel."""
        return str(self.raw["channel"])

    @property
    def text(self) -> str:
        """The top-level text: what notifications show."""
        return str(self.raw["text"])

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, as Slack keeps them."""
        return list(self.raw.get("blocks", []))

    @property
    def is_ephemeral(self) -> bool:
        """Whether only this person sees it."""
        return bool(self.raw["ephemeral"])

    @property
    def words(self) -> str:
        """Every text in it, in reading order, one per line."""
        titles = [self.raw[name] for name in ("title", "submit") if self.raw.get(name)]
        found = [self.text] if self.text and not self.blocks else []
        found += [each for part in [*titles, *self.blocks] for each in _words(part)]
        return "\n".join(found)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [
            each["text"]["text"] for _, each in _elements(self.blocks) if each["type"] == "button"
        ]

    def find(self, wanted: str) -> tuple[str, Json]:
        """The block_id and the element with this label or action_id.

        Raises: LookupError that names what there is.
        """
        for block_id, element in _elements(self.blocks):
            if wanted in (element["action_id"], _label(element)):
                return block_id, element
        there = [(_label(each), each["action_id"]) for _, each in _elements(self.blocks)]
        raise LookupError(f"{wanted!r} is not in the message; there are {there}.")


class Person:
    """Somebody at the workspace page."""

    def __init__(self, url: str, person_id: str) -> None:
        self.id = person_id
        self._channel_ids: dict[str, str] = {}
        # A plain client, as waiting is looking again and again: a richer one takes twice as long.
        self._http = urllib3.connection_from_url(
            url, timeout=PATIENCE_SECONDS * 2, retries=False, maxsize=CONNECTIONS_MAX
        )

    def type(self, channel: str, text: str, *, thread_ts: str | None = None) -> Json:
        """Type a message or a command and press Enter; the page's answer."""
        sent = {"as": self.id, "channel": self.channel(channel), "text": text}
        return self._post("type", sent | ({"thread_ts": thread_ts} if thread_ts else {}))

    def click(self, message: Seen, wanted: str) -> Json:
        """Press the button with this label or action_id."""
        block_id, element = message.find(wanted)
        return self._act(message, block_id, element, {"type": element["type"]})

    def choose(self, message: Seen, wanted: str, choice: Any) -> Json:
        """Choose in a menu or picker.

        Shape: `choice` is an option's label or value (a list of them where several may be
        chosen), a date, a time, or an id, as the element takes it.
        """
        block_id, element = message.find(wanted)
        if element["type"].endswith("external_select"):
            element = element | self._look_up(message, block_id, element, choice)
        return self._act(message, block_id, element, _chosen(element, choice))

    def see(self, channel: str | None = None, *, thread_ts: str | None = None) -> Seen:
        """The message that appeared or changed last: in a thread, a channel, or all channels.

        Raises: LookupError when there is none.
        """
        places = [channel] if channel is not None else [each["id"] for each in self.channels()]
        seen = [each for place in places for each in self.messages(place, thread_ts=thread_ts)]
        if not seen:
            raise LookupError("There is no message yet.")
        return max(seen, key=lambda each: str(each.raw.get("changed_at", each.ts)))

    def messages(self, channel: str, *, thread_ts: str | None = None) -> list[Seen]:
        """What stands in a channel or thread, oldest first."""
        query = {"channel": self.channel(channel)}
        found = self._get("messages", query | ({"thread_ts": thread_ts} if thread_ts else {}))
        return [Seen(each) for each in found["messages"]]

    def notices(self) -> list[str]:
        """What Slack itself told this person, oldest first."""
        return [str(each["text"]) for each in self._get("notices", {})["notices"]]

    def channels(self) -> list[Json]:
        """The channels this person may see."""
        return list(self._get("state", {})["channels"])

    def channel(self, name: str) -> str:
        """The id of a channel by name; an id stays as it is.

        Shape: found once, it is remembered, as whoever waits for a message asks often.
        Raises: LookupError.
        """
        if name not in self._channel_ids:
            for each in self.channels():
                if name.lstrip("#") in (each["id"], each["name"]):
                    self._channel_ids[name] = str(each["id"])
        if name not in self._channel_ids:
            raise LookupError(f"{self.id} sees no channel {name}.")
        return self._channel_ids[name]

    def view(self) -> Seen:
        """The modal on top of this person's screen.

        Raises: LookupError when there is none.
        """
        views = self._get("views", {})["views"]
        if not views:
            raise LookupError("There is no modal on the screen.")
        return Seen(views[-1] | {"text": "", "ephemeral": True})

    def open_home(self, tab: str = "home") -> Json:
        """Look at the app's Home tab, or at its messages; the page's answer."""
        return self._post("home/open", {"as": self.id, "tab": tab})

    def home(self) -> Seen:
        """What stands in this person's Home tab.

        Raises: LookupError when nothing was ever published to it.
        """
        view = self._get("home", {})["view"]
        if view is None:
            raise LookupError("There is nothing in the Home tab.")
        return Seen(view | {"text": "", "ephemeral": True})

    def press(self, wanted: str, *, view: Seen | None = None) -> Json:
        """Press a button in a view, or else in the modal on top."""
        view = view or self.view()
        block_id, element = view.find(wanted)
        return self._post(
            "view/act",
            {
                "as": self.id,
                "view_id": view.raw["id"],
                "block_id": block_id,
                "action_id": element["action_id"],
                "element": {"type": element["type"]},
            },
        )

    def submit(self, **typed: Any) -> Json:
        """Fill the modal on top in and submit it.

        Shape: `typed` is by action_id: text for a field, and as `choose` has it for the rest.
        """
        view = self.view()
        state: dict[str, Json] = {}
        for action_id, value in typed.items():
            block_id, element = view.find(action_id)
            if element["type"].endswith("external_select"):
                element = element | self.look_up(action_id, value, view=view)
            state.setdefault(block_id, {})[action_id] = _typed(element, value)
        return self._post("view/submit", {"as": self.id, "view_id": view.raw["id"], "state": state})

    def look_up(self, wanted: str, typed: str, *, view: Seen | None = None) -> Json:
        """Type into a menu of the modal on top; what it offers then.

        Shape: in `submit`, what is typed is the label or the value of the option too.
        """
        view = view or self.view()
        block_id, element = view.find(wanted)
        place = {"as": self.id, "view_id": view.raw["id"], "block_id": block_id}
        return self._post("options", place | {"action_id": element["action_id"], "value": typed})

    def use_shortcut(self, channel: str, ts: str, callback_id: str) -> Json:
        """Choose a shortcut of the app in the menu of a message."""
        place = {"as": self.id, "channel": self.channel(channel), "ts": ts}
        return self._post("shortcut", place | {"callback_id": callback_id})

    def dismiss(self) -> Json:
        """Close the modal on top with its close button."""
        return self._post("view/close", {"as": self.id, "view_id": self.view().raw["id"]})

    def close(self) -> None:
        """Leave."""
        self._http.close()

    def _look_up(self, message: Seen, block_id: str, element: Json, typed: str) -> Json:
        place = {"as": self.id, "channel": message.channel, "ts": message.ts}
        part = {"block_id": block_id, "action_id": element["action_id"], "value": typed}
        return self._post("options", place | part)

    def _act(self, message: Seen, block_id: str, element: Json, choice: Json) -> Json:
        return self._post(
            "act",
            {
                "as": self.id,
                "channel": message.channel,
                "ts": message.ts,
                "block_id": block_id,
                "action_id": element["action_id"],
                "element": choice,
            },
        )

    def _get(self, name: str, query: Json) -> Json:
        fields = {"as": self.id, **query}
        found = _read(self._http.request("GET", f"/page/{name}", fields=fields))
        if found.get("ok") is False:
            raise LookupError(found["error"])
        return found

    def _post(self, name: str, sent: Json) -> Json:
        return _read(self._http.request("POST", f"/page/{name}", json=sent))


def _read(answer: urllib3.BaseHTTPResponse) -> Json:
    assert answer.status == 200, answer.data.decode()
    found: Json = answer.json()
    return found


def _elements(blocks: list[Json]) -> list[tuple[str, Json]]:
    found: list[tuple[str, Json]] = []
    for block in blocks:
        found += _elements(block.get("child_blocks", []))
        if block["type"] == "carousel":
            found += _elements(block["elements"])
            continue
        parts = [block.get("accessory"), block.get("element")]
        parts += block.get("elements", []) + block.get("actions", [])
        found += [
            (block["block_id"], each)
            for each in parts
            if isinstance(each, dict) and "action_id" in each
        ]
    return found


def _label(element: Json) -> str:
    label = element.get("text") or element.get("placeholder") or {}
    return str(label.get("text", ""))


def _options(element: Json) -> list[Json]:
    found: list[Json] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        found += group["options"]
    return found


def _chosen(element: Json, choice: Any) -> Json:
    kind = element["type"]
    if kind in ("datepicker", "timepicker", "datetimepicker"):
        field = {"datepicker": "date", "timepicker": "time"}.get(kind, "date_time")
        return {"type": kind, f"selected_{field}": choice}
    for thing in ("user", "channel", "conversation"):
        if kind == f"{thing}s_select":
            return {"type": kind, f"selected_{thing}": choice}
        if kind == f"multi_{thing}s_select":
            return {"type": kind, f"selected_{thing}s": choice}
    if kind.startswith("multi_") or kind == "checkboxes":
        return {"type": kind, "selected_options": [_option(element, each) for each in choice]}
    return {"type": kind, "selected_option": _option(element, choice)}


def _option(element: Json, choice: str) -> Json:
    for each in _options(element):
        if choice in (each["text"]["text"], each.get("value")):
            return each
    there = [each["text"]["text"] for each in _options(element)]
    raise LookupError(f"{choice!r} is not offered; there are {there}.")


def _typed(element: Json, value: Any) -> Json:
    if element["type"].endswith("_input"):
        return {"type": element["type"], "value": value}
    return _chosen(element, value)


def _words(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in _words(each)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if isinstance(part.get("text"), str) else []
    own += [part["title"]] if isinstance(part.get("title"), str) else []
    inner = [each for each in part.values() if isinstance(each, dict | list)]
    return own + [found for each in inner for found in _words(each)]
