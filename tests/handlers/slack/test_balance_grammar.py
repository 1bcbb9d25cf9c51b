"""/balance as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadRequest
from handlers.slack.balance_grammar import ShowBalance, ShowBook, canonical_balance, parse_balance
from handlers.slack.forms import ShowHelp


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", ShowBook()),
        ("share", ShowBook(is_shared=True)),
        ("all", ShowBook(is_all=True)),
        ("all share", ShowBook(is_all=True, is_shared=True)),
        ("help", ShowHelp()),
        ("Acme East", ShowBalance("Acme East")),
        ("Acme East share", ShowBalance("Acme East", is_shared=True)),
        ("@12", ShowBalance("@12")),
        ('"all"', ShowBalance("all")),
        ("All Calls Ltd", ShowBalance("All Calls Ltd")),
    ],
)
def test_a_command_means_what_it_looks_like(text: str, query: object) -> None:
    assert parse_balance(text) == query


@pytest.mark.parametrize("text", ["acme late:31-60", "acme 2026-10", '"acme', "x" * 501])
def test_what_no_balance_can_answer_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_balance(text)


@given(st.text(st.characters(exclude_categories=()), max_size=120))
def test_whatever_is_understood_is_asked_again_by_its_canonical_text(text: str) -> None:
    try:
        query = parse_balance(text)
    except BadRequest:
        return

    assert parse_balance(canonical_balance(query)) == query
