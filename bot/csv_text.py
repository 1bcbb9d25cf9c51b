"""Rows as CSV that a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Iterable

# What begins a formula in one spreadsheet or another, full-width forms too.
# Source: owasp.org/www-community/attacks/CSV_Injection, read 2026-11.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms are meant


def csv_row(cells: Iterable[str | int | None]) -> str:
    """One line of a CSV file by RFC 4180, with its line end.

    A text that could be taken for a formula gets an apostrophe before it, which readers of the file
    have to take off again; numbers are left alone, negative ones too.
    """
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return written.getvalue()


def _cell(value: str | int | None) -> str | int | None:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
