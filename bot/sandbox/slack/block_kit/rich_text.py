"""Rich text: sections, lists, quotes and code, and what stands in them.

Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block, read 2026-11.
"""

from bot.sandbox.slack.block_kit.shapes import (
    Check,
    boolean,
    by_type,
    enum,
    integer,
    items,
    record,
    string,
)

STYLE = record(
    {},
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "code": boolean,
        "underline": boolean,
    },
)
MENTION_STYLE = record(
    {},
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "highlight": boolean,
        "client_highlight": boolean,
        "unlink": boolean,
    },
)
_STYLED: dict[str, Check] = {"style": STYLE}
_MENTION: dict[str, Check] = {"style": MENTION_STYLE}
TEXT = record({"text": string("rich_text.text")}, _STYLED)
LINK = record({"url": string()}, {"text": string(), "unsafe": boolean, **_STYLED})
INLINE = by_type(
    {
        "text": TEXT,
        "link": LINK,
        "emoji": record(
            {"name": string()}, {"unicode": string(), "skin_tone": integer(1, 6), **_STYLED}
        ),
        "user": record({"user_id": string()}, _MENTION),
        "usergroup": record({"usergroup_id": string()}, _MENTION),
        "channel": record({"channel_id": string()}, _MENTION),
        "team": record({"team_id": string()}, _MENTION),
        "broadcast": record({"range": enum("here", "channel", "everyone")}, _STYLED),
        "color": record({"value": string()}, _STYLED),
        "date": record(
            {"timestamp": integer(0), "format": string()},
            {"url": string(), "fallback": string(), **_STYLED},
        ),
    }
)
SECTION = record({"elements": items(INLINE)})
_BORDER: dict[str, Check] = {"border": integer(0, 1)}
PARTS: dict[str, Check] = {
    "rich_text_section": SECTION,
    "rich_text_list": record(
        {
            "style": enum("bullet", "ordered"),
            "elements": items(by_type({"rich_text_section": SECTION})),
        },
        {"indent": integer(0, 8), "offset": integer(0), **_BORDER},
    ),
    "rich_text_preformatted": record(
        {"elements": items(by_type({"text": TEXT, "link": LINK}))},
        {"language": string(), **_BORDER},
    ),
    "rich_text_quote": record({"elements": items(INLINE)}, _BORDER),
}
RICH_TEXT_BLOCK = record({"elements": items(by_type(PARTS))}, {"block_id": string("block_id")})
# As a property of something else it says its own type.
RICH_TEXT = by_type({"rich_text": RICH_TEXT_BLOCK})
