"""Interactive elements: buttons, menus, pickers and fields.

Source: docs.slack.dev/reference/block-kit/block-elements, read 2026-11.
"""

from bot.sandbox.slack.block_kit.composition import (
    ANY_TEXT,
    BUTTON_STYLE,
    CONFIRM,
    DISPATCH,
    FILTER,
    OPTION_GROUP,
    initial_is_offered,
    option,
    options_differ,
    text,
)
from bot.sandbox.slack.block_kit.limits import LIMITS
from bot.sandbox.slack.block_kit.rich_text import RICH_TEXT
from bot.sandbox.slack.block_kit.shapes import (
    Check,
    boolean,
    both,
    enum,
    exactly_one,
    integer,
    items,
    record,
    string,
)

DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"
DECIMAL = r"-?\d+(\.\d+)?"
TEXT_MAX = LIMITS["plain_text_input"]["max_length"]["max"]
FILES = LIMITS["file_input"]["max_files"]

ACTION_ID: dict[str, Check] = {"action_id": string("action_id")}
FOCUS: dict[str, Check] = {"focus_on_load": boolean}
HINTED: dict[str, Check] = {"placeholder": text("select.placeholder"), **FOCUS, **ACTION_ID}
MENU: dict[str, Check] = {"confirm": CONFIRM, **HINTED}
SEVERAL: dict[str, Check] = {"max_selected_items": integer(1)}
SEEN_BY: dict[str, Check] = {
    "visible_to_user_ids": items(string(), "icon_button.visible_to_user_ids")
}

BUTTON = record(
    {"text": text("button.text")},
    {
        "url": string("button.url"),
        "value": string("button.value"),
        "style": BUTTON_STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string("button.accessibility_label"),
        **SEEN_BY,
        **ACTION_ID,
    },
)
ICON_BUTTON = record(
    {"icon": enum("trash"), "text": text("button.text")},
    {
        "value": string("button.value"),
        "confirm": CONFIRM,
        "accessibility_label": string("button.accessibility_label"),
        **SEEN_BY,
        **ACTION_ID,
    },
)
_FEEDBACK = record(
    {"text": text("feedback_button.text"), "value": string("feedback_button.value")},
    {"accessibility_label": string("feedback_button.accessibility_label")},
)
FEEDBACK_BUTTONS = record({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, ACTION_ID)
WORKFLOW_BUTTON = record(
    {
        "text": text("button.text"),
        "workflow": record(
            {
                "trigger": record(
                    {"url": string("button.url")},
                    {
                        "customizable_input_parameters": items(
                            record({"name": string(), "value": string()})
                        )
                    },
                )
            }
        ),
    },
    {
        "style": BUTTON_STYLE,
        "accessibility_label": string("button.accessibility_label"),
        **ACTION_ID,
    },
)
OVERFLOW = both(
    record(
        {"options": items(option(may_link=True), "overflow.options")},
        {"confirm": CONFIRM, **ACTION_ID},
    ),
    options_differ,
)
_OFFERED: dict[str, Check] = {
    "options": items(option(), "select.options"),
    "option_groups": items(OPTION_GROUP, "select.option_groups"),
}
_ONE_FROM_LIST = both(
    record({}, {**_OFFERED, "initial_option": option(), **MENU}),
    exactly_one("options", "option_groups"),
    options_differ,
    initial_is_offered,
)
_SEVERAL_FROM_LIST = both(
    record({}, {**_OFFERED, "initial_options": items(option()), **SEVERAL, **MENU}),
    exactly_one("options", "option_groups"),
    options_differ,
    initial_is_offered,
)
_RICH_OPTION = option(ANY_TEXT)
CHECKBOXES = both(
    record(
        {"options": items(_RICH_OPTION, "checkboxes.options")},
        {"initial_options": items(_RICH_OPTION), "confirm": CONFIRM, **FOCUS, **ACTION_ID},
    ),
    options_differ,
    initial_is_offered,
)
RADIO_BUTTONS = both(
    record(
        {"options": items(_RICH_OPTION, "radio_buttons.options")},
        {"initial_option": _RICH_OPTION, "confirm": CONFIRM, **FOCUS, **ACTION_ID},
    ),
    options_differ,
    initial_is_offered,
)
_CONVERSATION: dict[str, Check] = {
    "filter": FILTER,
    "default_to_current_conversation": boolean,
}
_ASKED: dict[str, Check] = {"response_url_enabled": boolean}

SELECTS: dict[str, Check] = {
    "static_select": _ONE_FROM_LIST,
    "external_select": record(
        {}, {"initial_option": option(), "min_query_length": integer(0), **MENU}
    ),
    "users_select": record({}, {"initial_user": string(), **MENU}),
    "conversations_select": record(
        {}, {"initial_conversation": string(), **_CONVERSATION, **_ASKED, **MENU}
    ),
    "channels_select": record({}, {"initial_channel": string(), **_ASKED, **MENU}),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": _SEVERAL_FROM_LIST,
    "multi_external_select": record(
        {},
        {"initial_options": items(option()), "min_query_length": integer(0), **SEVERAL, **MENU},
    ),
    "multi_users_select": record({}, {"initial_users": items(string()), **SEVERAL, **MENU}),
    "multi_conversations_select": record(
        {}, {"initial_conversations": items(string()), **_CONVERSATION, **SEVERAL, **MENU}
    ),
    "multi_channels_select": record({}, {"initial_channels": items(string()), **SEVERAL, **MENU}),
}
DATEPICKER = record({}, {"initial_date": string(pattern=DATE), **MENU})
TIMEPICKER = record({}, {"initial_time": string(pattern=TIME), "timezone": string(), **MENU})
DATETIMEPICKER = record(
    {},
    {
        "initial_date_time": integer(10**9, 10**10 - 1),
        "confirm": CONFIRM,
        **FOCUS,
        **ACTION_ID,
    },
)
_TYPED: dict[str, Check] = {"dispatch_action_config": DISPATCH, **HINTED}
FIELDS: dict[str, Check] = {
    "plain_text_input": record(
        {},
        {
            "initial_value": string(),
            "multiline": boolean,
            "min_length": integer(0, TEXT_MAX),
            "max_length": integer(1, TEXT_MAX),
            **_TYPED,
        },
    ),
    "email_text_input": record({}, {"initial_value": string(), **_TYPED}),
    "url_text_input": record({}, {"initial_value": string(), **_TYPED}),
    "number_input": record(
        {"is_decimal_allowed": boolean},
        {
            "initial_value": string(pattern=DECIMAL),
            "min_value": string(pattern=DECIMAL),
            "max_value": string(pattern=DECIMAL),
            **_TYPED,
        },
    ),
    "rich_text_input": record({}, {"initial_value": RICH_TEXT, **_TYPED}),
    "file_input": record(
        {},
        {
            "filetypes": items(string()),
            "max_files": integer(FILES["min"], FILES["max"]),
            **ACTION_ID,
        },
    ),
}
