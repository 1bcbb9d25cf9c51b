"""Choices, lists and notices: what they say beside how they look."""

from dataclasses import replace

import pytest

from bot.access import NO_ROLE
from bot.errors import BadRequest, BotError, NotAllowed, NotFound, Refused, Unavailable
from bot.queries.cards import Status
from bot.views.blocks import interactive_elements
from bot.views.lists import invoice_list
from bot.views.notices import Contact, error_notice, no_role_notice
from bot.views.pickers import Miss, account_picker, invoice_picker, nothing_matches
from tests.bot.views.cards import ACME, FRESH, make_page, make_row
from tests.bot.views.cases import CONTACT, NOBODY
from tests.bot.views.test_invoice_card import buttons_of, words_of

WARNING = "look alike"


def test_a_picker_shows_ten_and_counts_the_rest() -> None:
    rows = [make_row(id=f"in_{place}") for place in range(12)]

    message = invoice_picker(rows, asked="42", count=17)

    assert [buttons_of(message)[f"show_invoice:{place}"] for place in range(10)] == [
        f"in_{place}" for place in range(10)
    ]
    assert "17 invoices fit ‘42’. Which one?" in words_of(message.blocks)
    assert "and 7 more: write more of the number" in words_of(message.blocks)


@pytest.mark.parametrize(
    "other", ["\u0410cme", "\uff21\uff23\uff2d\uff25", "Acme", "acme", "Ac\u200bme"]
)
def test_accounts_that_look_alike_bring_a_warning_and_their_ids(other: str) -> None:
    one = replace(ACME, path=("Acme",), customer_ids=("cus_one",))
    two = replace(ACME, id=8, path=(other,), customer_ids=("cus_two",))

    said = words_of(account_picker([one, two], asked="acme", count=2).blocks)

    assert WARNING in said
    assert "cus_one" in said
    assert "cus_two" in said


def test_accounts_of_different_looks_bring_no_warning() -> None:
    other = replace(ACME, id=8, path=("Acme", "Acme West"))

    assert WARNING not in words_of(account_picker([ACME, other], asked="a", count=2).blocks)


def test_one_account_that_only_looks_like_what_was_asked_for_is_asked_about() -> None:
    said = words_of(account_picker([ACME], asked="\u0410cme", count=1).blocks)

    assert "One account’s name looks like ‘\u0410cme’. Is it meant?" in said


def test_what_fits_nothing_brings_five_names_at_most() -> None:
    nearest = [replace(ACME, id=number) for number in range(1, 8)]

    message = nothing_matches(Miss("amce", nearest, FRESH, "UTC"), contact=CONTACT)

    assert "Nothing matches ‘amce’." in words_of(message.blocks)
    assert list(buttons_of(message).values()) == ["@1", "@2", "@3", "@4", "@5"]


def test_a_list_counts_in_words_and_carries_its_question() -> None:
    message = invoice_list(make_page(), title="Invoices", list_text="list status:open")

    assert "23 invoices, 4 of them Past Due" in words_of(message.blocks)
    assert "Page 2 of 3" in words_of(message.blocks)
    assert buttons_of(message)["list_page:previous"] == "list status:open|1"
    assert buttons_of(message)["list_page:next"] == "list status:open|3"


@pytest.mark.parametrize(
    ("page", "pages", "places"),
    [(1, 1, []), (1, 2, ["list_page:next"]), (2, 2, ["list_page:previous"])],
)
def test_a_list_turns_only_to_pages_that_exist(page: int, pages: int, places: list[str]) -> None:
    message = invoice_list(make_page(page=page, pages=pages), title="All", list_text="list")

    turning = [name for name in buttons_of(message) if name.startswith("list_page")]
    assert turning == places


def test_a_row_tells_number_account_day_total_and_status() -> None:
    row = make_row(status=Status.PAST_DUE, days_late=23)

    message = invoice_list(
        make_page(rows=(row,), count=1, past_due_count=1, page=1, pages=1),
        title="All",
        list_text="list",
    )

    said = words_of(message.blocks)
    assert "1 invoice, Past Due" in said
    assert "ACME-0042 · 1 Nov 2026\nAcme › Acme East" in said
    assert "*USD 1,418.43*\n:red_circle: Past Due, 23 days late" in said


def test_an_empty_list_says_so_and_how_old_that_is() -> None:
    page = make_page(rows=(), count=0, past_due_count=0, page=1, pages=1)

    said = words_of(invoice_list(page, title="All", list_text="list").blocks)

    assert "No invoices" in said
    assert "as of 15 Nov 2026 00:00 Europe/Berlin" in said


@pytest.mark.parametrize("kind", [BadRequest, NotFound, NotAllowed, Refused, Unavailable, BotError])
def test_an_error_ends_with_whom_to_turn_to(kind: type[BotError]) -> None:
    message = error_notice(kind("That is so."), reference="req_1", contact=CONTACT)

    said = words_of(message.blocks[-1])
    assert "That is so." in words_of(message.blocks[0])
    assert "billing@tallyman.example" in said
    assert "+49 30 1234567" in said
    assert "req_1" in said


def test_without_a_contact_the_sentence_still_stands() -> None:
    message = error_notice(NotAllowed(), reference="req_1", contact=NOBODY)

    assert "Ask whoever runs this billing desk." in words_of(message.blocks[-1])


def test_what_is_no_address_becomes_no_link() -> None:
    contact = Contact(email="javascript:alert(1)", phone=None)

    message = no_role_notice(contact=contact)

    assert "'link'" not in str(message.blocks)


def test_everybody_without_a_role_gets_the_same_words() -> None:
    message = no_role_notice(contact=CONTACT)

    assert message.text == NO_ROLE
    assert not list(interactive_elements(message.blocks))
