"""The table of what the stand-in covers names tests that are there."""

import re
from pathlib import Path

from bot.sandbox import slack


def test_each_line_of_the_table_has_its_test_and_each_test_its_line() -> None:
    folder = Path(__file__).parent
    named = re.findall(r"^- .*?: (test_slack_\w+)$", slack.__doc__ or "", re.MULTILINE | re.DOTALL)

    there = {each.stem for each in folder.glob("test_slack_*.py")} - {Path(__file__).stem}
    lines = (slack.__doc__ or "").count("\n- ")
    assert set(named) == there
    assert len(named) == lines
