"""Tables and charts.

Source: docs.slack.dev, pages of the table, data table and data visualization blocks, read 2026-11.
"""

from typing import Any

from bot.sandbox.slack.block_kit.limits import LIMITS, bounds
from bot.sandbox.slack.block_kit.rich_text import RICH_TEXT_BLOCK
from bot.sandbox.slack.block_kit.shapes import (
    Check,
    Findings,
    boolean,
    both,
    by_type,
    check_count,
    enum,
    integer,
    items,
    number,
    record,
    string,
)

PAGE_SIZE = LIMITS["data_table"]["page_size"]


def _raw_cells(limit: str) -> dict[str, Check]:
    return {
        "raw_text": record({"text": string(limit)}),
        "raw_number": record({"value": number, "text": string(limit)}),
    }


def _has_words(value: Any, pointer: str, found: Findings) -> None:
    if not cell_text(value):
        found.note("must be more than 0 characters", pointer)


def cell_text(part: Any) -> str:
    """Everything that can be read in a cell."""
    if isinstance(part, list):
        return "".join(cell_text(each) for each in part)
    if not isinstance(part, dict):
        return ""
    if part.get("type") in ("emoji", "user", "usergroup", "channel", "team", "broadcast", "date"):
        return "x"
    if part.get("type") == "link":
        return str(part.get("text") or part.get("url") or "")
    own = part["text"] if isinstance(part.get("text"), str) else ""
    return own + cell_text(part.get("elements"))


_RICH_CELL = both(RICH_TEXT_BLOCK, _has_words)
TABLE_CELL = by_type({**_raw_cells("table.cell_text"), "rich_text": _RICH_CELL})
HEADER_CELL = by_type(_raw_cells("data_table.cell_text"))
DATA_CELL = by_type({**_raw_cells("data_table.cell_text"), "rich_text": _RICH_CELL})
COLUMN = record({}, {"align": enum("left", "center", "right"), "is_wrapped": boolean})


def _column_or_default(value: Any, pointer: str, found: Findings) -> None:
    # A null stands for "as usual" and keeps the place of its column.
    if value is not None:
        COLUMN(value, pointer, found)


def _same_width(value: Any, pointer: str, found: Findings) -> None:
    if len({len(row) for row in value["rows"]}) > 1:
        found.note("all rows must have the same number of cells", f"{pointer}/rows")


TABLE = both(
    record(
        {"rows": items(items(TABLE_CELL, "table.columns"), "table.rows")},
        {
            "column_settings": items(_column_or_default, "table.columns"),
            "block_id": string("block_id"),
        },
    ),
    _same_width,
)


def _data_rows(value: Any, pointer: str, found: Findings) -> None:
    if not isinstance(value, list):
        found.note("must provide an array", pointer)
        return
    check_count(len(value), "data_table.rows", pointer, found)
    for index, row in enumerate(value):
        cell = HEADER_CELL if index == 0 else DATA_CELL
        items(cell, "data_table.columns")(row, f"{pointer}/{index}", found)


def _table_size(value: Any, pointer: str, found: Findings) -> None:
    characters = sum(len(cell_text(row)) for row in value["rows"])
    if characters > bounds("data_table.content")["max_length"]:
        most = bounds("data_table.content")["max_length"]
        found.note(f"must be less than {most + 1} characters", f"{pointer}/rows")
    if value.get("row_header_column_index", 0) >= len(value["rows"][0]):
        found.note("must name a column of the table", f"{pointer}/row_header_column_index")


DATA_TABLE = both(
    record(
        {"rows": _data_rows, "caption": string("data_table.caption")},
        {
            "page_size": integer(PAGE_SIZE["min"], PAGE_SIZE["max"]),
            "row_header_column_index": integer(0),
            "block_id": string("block_id"),
        },
    ),
    _same_width,
    _table_size,
)


def _label(limit: str) -> Check:
    def check(value: Any, pointer: str, found: Findings) -> None:
        string(limit)(value, pointer, found)
        if value == "":
            found.note("must be more than 0 characters", pointer)

    return check


def _positive(value: Any, pointer: str, found: Findings) -> None:
    before = len(found.messages)
    number(value, pointer, found)
    least = bounds("data_visualization.segment")["value"]["exclusive_min"]
    if len(found.messages) == before and value <= least:
        found.note(f"must be greater than {least}", pointer)


def _segment_label(value: Any, pointer: str, found: Findings) -> None:
    most = bounds("data_visualization.segment")["label"]["max_length"]
    _label("")(value, pointer, found)
    if isinstance(value, str) and len(value) > most:
        found.note(f"must be less than {most + 1} characters", pointer)


def _fits_axis(value: Any, pointer: str, found: Findings) -> None:
    names = [each["name"] for each in value["series"]]
    if len(set(names)) != len(names):
        found.note("series names must be unique", f"{pointer}/series")
    categories = value["axis_config"]["categories"]
    if len(set(categories)) != len(categories):
        found.note("categories must be unique", f"{pointer}/axis_config/categories")
    for index, series in enumerate(value["series"]):
        labels = [point["label"] for point in series["data"]]
        if sorted(labels) != sorted(categories):
            where = f"{pointer}/series/{index}/data"
            found.note("labels must match the categories of axis_config", where)


PIE = record(
    {
        "segments": items(
            record({"label": _segment_label, "value": _positive}), "data_visualization.segments"
        )
    }
)
SERIES = record(
    {
        "name": _label("data_visualization.series_name"),
        "data": items(
            record({"label": _label("data_visualization.point_label"), "value": number}),
            "data_visualization.data",
        ),
    }
)
PLOT = both(
    record(
        {
            "series": items(SERIES, "data_visualization.series"),
            "axis_config": record(
                {
                    "categories": items(
                        _label("data_visualization.category_label"),
                        "data_visualization.categories",
                    )
                },
                {
                    "x_label": string("data_visualization.axis_label"),
                    "y_label": string("data_visualization.axis_label"),
                },
            ),
        }
    ),
    _fits_axis,
)
DATA_VISUALIZATION = record(
    {
        "title": _label("data_visualization.title"),
        "chart": by_type({"pie": PIE, "bar": PLOT, "line": PLOT, "area": PLOT}),
    },
    {"block_id": string("block_id")},
)
