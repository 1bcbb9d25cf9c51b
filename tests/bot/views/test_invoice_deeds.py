"""What the card of an invoice offers to be done with it: by right, and by how it stands."""

import pytest

from bot.access import Permission
from bot.money import Money
from bot.queries.cards import InvoiceCard, Status
from bot.views.blocks import interactive_elements
from bot.views.invoice_deeds import DEED_ACTIONS, deeds_row
from tests.bot.views.cards import make_card

EVERYTHING = frozenset(Permission)
PAYMENT_LINK = "send_payment_link"


def offered(card: InvoiceCard, rights: frozenset[Permission] = EVERYTHING) -> set[str]:
    """The deeds that stand on a card, be it as buttons or in the menu behind three dots."""
    found = set()
    for element in interactive_elements(deeds_row(card, rights)):
        found |= {option["value"].partition("|")[0] for option in element.get("options", ())}
        found |= {element["action_id"]} - {"choose_deed"}
    return found


def test_nobody_is_offered_what_they_may_not_do() -> None:
    card = make_card(status=Status.OPEN)

    assert deeds_row(card, frozenset()) == []
    assert offered(card, frozenset({Permission.VIEW_INVOICES})) == set()
    assert PAYMENT_LINK in offered(card, frozenset({Permission.SEND_LINKS}))


@pytest.mark.parametrize(
    ("status", "is_there"),
    [
        (Status.OPEN, True),
        (Status.PAST_DUE, True),
        (Status.PAID, False),
        (Status.VOID, False),
        (Status.UNCOLLECTIBLE, False),
        (Status.DRAFT, False),
        (None, False),
    ],
)
def test_a_payment_link_is_for_what_is_to_be_paid(status: Status | None, *, is_there: bool) -> None:
    card = make_card(status=status, remaining=Money(100, "usd"))

    assert (PAYMENT_LINK in offered(card)) is is_there


def test_nothing_is_to_be_paid_where_nothing_remains() -> None:
    assert PAYMENT_LINK not in offered(make_card(status=Status.OPEN, remaining=Money(0, "usd")))


def test_a_deleted_invoice_offers_nothing() -> None:
    assert deeds_row(make_card(is_deleted=True), EVERYTHING) == []


@pytest.mark.parametrize("status", [None, *Status])
def test_the_row_fits_in_every_state(status: Status | None) -> None:
    names = offered(make_card(id="in_1ABCDEFGHIJKLMNOPQRSTUVW", status=status))

    assert names <= DEED_ACTIONS
