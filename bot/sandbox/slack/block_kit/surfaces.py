"""Which block stands where.

Source: docs.slack.dev/reference/block-kit/blocks, "Available in surfaces", read 2026-11.
"""

from typing import Final, Literal

Surface = Literal["message", "modal", "home"]

SURFACES: Final[dict[Surface, frozenset[str]]] = {
    "message": frozenset(
        {
            "actions", "card", "carousel", "container", "context", "context_actions", "data_table",
            "data_visualization", "divider", "file", "header", "image", "input", "markdown",
            "plan", "rich_text", "section", "table", "task_card", "video",
        }
    ),
    "modal": frozenset(
        {
            "actions", "alert", "card", "context", "divider", "header", "image", "input",
            "rich_text", "section", "video",
        }
    ),
    "home": frozenset(
        {
            "actions", "card", "carousel", "container", "context", "data_table",
            "data_visualization", "divider", "header", "image", "input", "rich_text", "section",
            "table", "video",
        }
    ),
}  # fmt: skip
