"""Every view as it was looked at and found good; each pastes into Slack's own Block Kit Builder.

After a change that is meant, this writes them anew, and the difference shows what it did:
    .venv/bin/python -m tests.bot.views.test_saved_views
"""

import json
from pathlib import Path

import pytest

from bot.sandbox.slack.block_kit import check_blocks, check_view
from bot.views.blocks import Message
from bot.views.home import home_view
from bot.views.surfaces import modal_of
from tests.bot.views.cases import CASES

SAVED = Path(__file__).parent / "saved"
# Slack's limit for all blocks of a message together is higher and written down nowhere; this
# counts every sign of the JSON, which is the strictest way to read it.
MESSAGE_CHARACTERS_MAX = 12_000
# As long as the text beside the blocks may be without being cut.
TEXT_MAX = 3900


def saved_form(message: Message) -> str:
    """A message as it is kept in a file."""
    form = {"text": message.text, "blocks": message.blocks}
    return json.dumps(form, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_a_view_is_as_it_was_saved(name: str) -> None:
    saved = (SAVED / f"{name}.json").read_text(encoding="utf-8")

    assert saved_form(CASES[name]) == saved


def test_no_saved_view_is_left_over() -> None:
    assert {path.stem for path in SAVED.glob("*.json")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_slack_takes_a_view(name: str) -> None:
    message = CASES[name]

    check_blocks(json.loads(json.dumps(message.blocks)), surface="message")

    assert len(message.text) <= TEXT_MAX
    assert len(json.dumps(message.blocks, ensure_ascii=False)) <= MESSAGE_CHARACTERS_MAX


@pytest.mark.parametrize("name", CASES)
def test_slack_takes_a_view_in_a_modal_and_in_the_home_tab_too(name: str) -> None:
    modal = modal_of(CASES[name])

    check_view(json.loads(json.dumps(modal)))
    check_view(json.loads(json.dumps(home_view(CASES[name]))))

    assert {block["type"] for block in modal["blocks"]}.isdisjoint({"table", "data_table"})


@pytest.mark.parametrize("name", CASES)
def test_a_view_shows_nothing_of_python(name: str) -> None:
    form = saved_form(CASES[name])

    for word in ("None", "Decimal(", "Money(", "datetime", "<Status"):
        assert word not in form


def main() -> None:
    """Write every saved view anew and take away those that are no more."""
    SAVED.mkdir(exist_ok=True)
    for path in SAVED.glob("*.json"):
        path.unlink()
    for name, message in CASES.items():
        (SAVED / f"{name}.json").write_text(saved_form(message), encoding="utf-8")


if __name__ == "__main__":
    main()
