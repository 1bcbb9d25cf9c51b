"""Charts of Slack's own: at most twenty points and six series each, and two in a message."""

from collections.abc import Sequence
from decimal import Decimal

from bot.views.blocks import Block
from bot.views.text import fit

# Source: docs.slack.dev/reference/block-kit/blocks/data-visualization-block, read 2026-11.
TITLE_MAX = 50
LABEL_MAX = 20
AXIS_LABEL_MAX = 50
POINTS_MAX = 20
SERIES_MAX = 6
CHARTS_MAX = 2


def bar_chart(
    title: str,
    *,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[Decimal]]],
    y_label: str | None = None,
) -> Block:
    """Bars side by side, a group for each label.

    Shape: labels are unique; each series has a value for each of them.
    Raises: ValueError for more than a chart holds.
    """
    if not 0 < len(labels) <= POINTS_MAX or len(set(labels)) < len(labels):
        raise ValueError(f"a chart has {len(labels)} labels; 1 to {POINTS_MAX} unique ones fit")
    if not 0 < len(series) <= SERIES_MAX:
        raise ValueError(f"a chart has {len(series)} series; 1 to {SERIES_MAX} fit")
    axis: dict[str, object] = {"categories": list(labels)}
    if y_label:
        axis["y_label"] = fit(y_label, AXIS_LABEL_MAX)
    return {
        "type": "data_visualization",
        "title": fit(title, TITLE_MAX),
        "chart": {
            "type": "bar",
            "series": [
                {
                    "name": name,
                    "data": [
                        {"label": label, "value": _number(value)}
                        for label, value in zip(labels, values, strict=True)
                    ],
                }
                for name, values in zip(
                    _unique([name for name, _ in series]),
                    [values for _, values in series],
                    strict=True,
                )
            ],
            "axis_config": axis,
        },
    }


def _unique(names: Sequence[str]) -> list[str]:
    """Names that fit and differ from each other, as Slack wants them."""
    found: list[str] = []
    for name in names:
        short, number = fit(name, LABEL_MAX), 2
        while short in found:
            tail = f" {number}"
            short, number = fit(name, LABEL_MAX - len(tail)) + tail, number + 1
        found.append(short)
    return found


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
