"""The parts that messages are made of: plain dicts that keep Slack's limits when they are made.

One block that Slack refuses loses the whole message, so each constructor raises ValueError where
Slack would answer `invalid_blocks`. Text that comes from outside stands in plain text, in rich
text or in cells, which Slack shows as they are; `mrkdwn` is for words of our own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.views.forms import Form
from bot.views.text import fit

Block = dict[str, Any]
Element = dict[str, Any]
Cell = dict[str, Any]

# Source: Slack's Block Kit reference, read 2026-11. All in characters, or in parts of a whole.
TEXT_MAX = 3000
ACTION_ID_MAX = 255
BUTTON_TEXT_MAX = 75
BUTTON_URL_MAX = 3000
BUTTON_VALUE_MAX = 2000
BUTTON_LABEL_MAX = 75
OPTION_TEXT_MAX = 75
OPTION_VALUE_MAX = 150
SELECT_OPTIONS_MAX = 100
SELECT_PLACEHOLDER_MAX = 150
OVERFLOW_OPTIONS_MAX = 5
HEADER_TEXT_MAX = 150
SECTION_FIELDS_MAX = 10
SECTION_FIELD_MAX = 2000
CONTEXT_ELEMENTS_MAX = 10
ACTIONS_ELEMENTS_MAX = 25

# Source: reference of the table block, read 2026-11; an empty cell is refused too.
TABLE_ROWS_MAX = 100
TABLE_COLUMNS_MAX = 20

MESSAGE_BLOCKS_MAX = 50
# Slack advises this much for the text beside the blocks and cuts it off far later.
MESSAGE_TEXT_MAX = 4000

BUTTON_STYLES = (None, "primary", "danger")
_ENTITY = re.compile(r"&(?=(?:amp|lt|gt);)")
ALIGNMENTS = ("left", "center", "right")


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is shown: blocks, and a text for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...]
    # Whether it may be shown to others, if the person asks for that; bot.views.sharing decides.
    is_shareable: bool = False
    # Whether everybody in the channel sees it.
    is_shared: bool = False
    # What keeps it up to date where it stays: the name of a live view, and what that shows.
    live: tuple[str, str] | None = None
    # Simpler blocks for a Slack that refuses these, the best first.
    fallbacks: tuple[tuple[Block, ...], ...] = ()

    # What sends it, for one that is filled in; such a one stands in modals alone.
    form: Form | None = None

    def __post_init__(self) -> None:
        """Check what only a whole message can break.

        Raises: ValueError for too much or nothing at all, for an action_id that occurs twice and
            for a second table.
        """
        _check_length("text of a message", self.text, MESSAGE_TEXT_MAX)
        _check_count("blocks of a message", self.blocks, MESSAGE_BLOCKS_MAX)
        action_ids = [element["action_id"] for element in interactive_elements(self.blocks)]
        if len(set(action_ids)) < len(action_ids):
            raise ValueError(f"an action_id occurs twice in {sorted(action_ids)}")
        if sum(block["type"] == "table" for block in self.blocks) > 1:
            raise ValueError("a message holds one table")


def interactive_elements(blocks: Sequence[Block]) -> Iterator[Element]:
    """Everything in these blocks that can be pressed or chosen from, in their order."""
    for block in blocks:
        if block["type"] == "actions":
            yield from block["elements"]
        elif "accessory" in block:
            yield block["accessory"]


def plain_text(text: str, *, limit: int = TEXT_MAX) -> Element:
    """Text that Slack shows as it is, colons of would-be emoji included."""
    _check_length("plain text", text, limit)
    return {"type": "plain_text", "text": _undecoded(text, limit), "emoji": False}


def mrkdwn(text: str, *, limit: int = TEXT_MAX) -> Element:
    """Text of our own with Slack's marks for bold and emoji; addresses in it are no links."""
    _check_length("mrkdwn", text, limit)
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> Block:
    """A large title."""
    return {"type": "header", "text": plain_text(text, limit=HEADER_TEXT_MAX)}


def section(text: Element, *, accessory: Element | None = None) -> Block:
    """A paragraph, with a button or menu beside it or without."""
    return {"type": "section", "text": text} | ({"accessory": accessory} if accessory else {})


def fields(elements: Sequence[Element], *, accessory: Element | None = None) -> Block:
    """Short texts in two columns, row by row, with a button beside them or without."""
    _check_count("fields of a section", elements, SECTION_FIELDS_MAX)
    for element in elements:
        _check_length("field", element["text"], SECTION_FIELD_MAX)
    block: Block = {"type": "section", "fields": list(elements)}
    return block | ({"accessory": accessory} if accessory else {})


def context(*elements: Element) -> Block:
    """Small grey print."""
    _check_count("elements of a context", elements, CONTEXT_ELEMENTS_MAX)
    return {"type": "context", "elements": list(elements)}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def actions(elements: Sequence[Element]) -> Block:
    """A row of buttons and menus."""
    _check_count("elements of actions", elements, ACTIONS_ELEMENTS_MAX)
    return {"type": "actions", "elements": list(elements)}


def button(
    text: str,
    *,
    action_id: str,
    value: str,
    label: str | None = None,
    style: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """A button; `label` is what a screen reader says instead of its text."""
    _check_length("action_id", action_id, ACTION_ID_MAX)
    _check_length("value of a button", value, BUTTON_VALUE_MAX)
    if style not in BUTTON_STYLES:
        raise ValueError(f"a button has no style {style!r}")
    element: Element = {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(text, limit=BUTTON_TEXT_MAX),
        "value": value,
    }
    if label is not None:
        _check_length("label of a button", label, BUTTON_LABEL_MAX)
        element["accessibility_label"] = label
    if style is not None:
        element["style"] = style
    if confirm is not None:
        element["confirm"] = confirm
    return element


def link_button(text: str, *, action_id: str, url: str) -> Element:
    """A button that opens a page; Slack reports its press as well."""
    _check_length("action_id", action_id, ACTION_ID_MAX)
    _check_length("url of a button", url, BUTTON_URL_MAX)
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url!r} is no address of a page")
    label = plain_text(text, limit=BUTTON_TEXT_MAX)
    return {"type": "button", "action_id": action_id, "text": label, "url": url}


def option(text: str, *, value: str) -> Element:
    """One choice of a menu."""
    _check_length("value of an option", value, OPTION_VALUE_MAX)
    return {"text": plain_text(text, limit=OPTION_TEXT_MAX), "value": value}


def static_select(
    placeholder: str,
    *,
    action_id: str,
    options: Sequence[Element],
    confirm: Element | None = None,
) -> Element:
    """A menu to choose one thing from."""
    _check_length("action_id", action_id, ACTION_ID_MAX)
    _check_count("options of a menu", options, SELECT_OPTIONS_MAX)
    element: Element = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder, limit=SELECT_PLACEHOLDER_MAX),
        "options": list(options),
    }
    return element | ({"confirm": confirm} if confirm else {})


def overflow(*, action_id: str, options: Sequence[Element]) -> Element:
    """A menu behind three dots."""
    _check_length("action_id", action_id, ACTION_ID_MAX)
    _check_count("options of an overflow", options, OVERFLOW_OPTIONS_MAX)
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def text(content: str, *, is_bold: bool = False, is_code: bool = False) -> Element:
    """A piece of rich text, shown as it is: bold, or as code, or neither."""
    _check_length("rich text", content, TEXT_MAX)
    element: Element = {"type": "text", "text": _undecoded(content, TEXT_MAX)}
    if is_bold:
        element["style"] = {"bold": True}
    elif is_code:
        element["style"] = {"code": True}
    return element


def emoji(name: str) -> Element:
    """An emoji in rich text, by its name without colons."""
    return {"type": "emoji", "name": name}


def link(content: str, *, url: str) -> Element:
    """A link in rich text, to an address of our own."""
    _check_length("rich text", content, TEXT_MAX)
    _check_length("url of a link", url, BUTTON_URL_MAX)
    return {"type": "link", "text": content, "url": url}


def rich_text(*elements: Element) -> Block:
    """Text with styles, where nothing that stands in it can become a mention or a link.

    As a block or, in a table, as a cell.
    """
    if not elements:
        raise ValueError("rich text is empty")
    line = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [line]}


def preformatted(content: str) -> Block:
    """Text of several lines in letters of one width, to be copied as it is."""
    _check_length("preformatted text", content, TEXT_MAX)
    element = {"type": "text", "text": _undecoded(content, TEXT_MAX)}
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [element]}],
    }


def cell(content: str) -> Cell:
    """A cell of a table, shown as it is."""
    _check_length("cell", content, TEXT_MAX)
    return {"type": "raw_text", "text": _undecoded(content, TEXT_MAX)}


def table(rows: Sequence[Sequence[Cell]], *, align: Sequence[str], wrapped: Sequence[int]) -> Block:
    """A table whose first row is its head.

    `align` says left, center or right per column; `wrapped` names the columns that may break.
    """
    _check_count("rows of a table", rows, TABLE_ROWS_MAX)
    _check_count("columns of a table", align, TABLE_COLUMNS_MAX)
    for row in rows:
        if len(row) != len(align):
            raise ValueError(f"a row has {len(row)} cells in a table of {len(align)} columns")
    for alignment in align:
        if alignment not in ALIGNMENTS:
            raise ValueError(f"a column can't be aligned {alignment!r}")
    return {
        "type": "table",
        "rows": [list(row) for row in rows],
        "column_settings": [
            {"align": alignment, "is_wrapped": column in wrapped}
            for column, alignment in enumerate(align)
        ],
    }


def _undecoded(text: str, limit: int) -> str:
    # Slack may show &lt; as < in plain and rich text too, so what looks like one of its three
    # entities is escaped; any other & may stay, and AT&T is AT&T to every client.
    return fit(_ENTITY.sub("&amp;", text), limit) if "&" in text else text


def _check_length(what: str, text: str, limit: int) -> None:
    if not 0 < len(text) <= limit:
        raise ValueError(f"{what} has {len(text)} characters; 1 to {limit} are allowed")


def _check_count(what: str, parts: Sequence[object], limit: int) -> None:
    if not 0 < len(parts) <= limit:
        raise ValueError(f"there are {len(parts)} {what}; 1 to {limit} are allowed")
