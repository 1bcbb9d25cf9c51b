"""What the card and the pages of its lines say; how they look is kept beside, as saved JSON."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.money import money_text
from bot.queries.cards import InvoiceCard, Status
from bot.sandbox.slack.block_kit import check_blocks
from bot.views import blocks
from bot.views.blocks import Message
from bot.views.chargebacks import chargeback_mark
from bot.views.invoice import Dashboard, invoice_card
from bot.views.invoice_lines import PAGE_LINES_MAX, invoice_lines
from tests.bot.views.cards import ACME, make_card, make_chargeback, make_line, usd
from tests.bot.views.cases import CARDS, DASHBOARD

DOCUMENTS = {"show_invoice_pdf", "show_receipt"}
NAMES = st.text(st.characters(exclude_categories=()), max_size=300)


def words_of(part: Any) -> str:
    """All that people read in some blocks, in order."""
    if isinstance(part, (list, tuple)):
        return " ".join(filter(None, map(words_of, part)))
    if not isinstance(part, dict):
        return ""
    own = part["text"] if isinstance(part.get("text"), str) else ""
    return " ".join(filter(None, [own, *(words_of(each) for each in part.values())]))


def show(card: InvoiceCard) -> str:
    """What people read on a card, with its spaces evened out."""
    message = invoice_card(card, dashboard=DASHBOARD)
    return " ".join(words_of(message.blocks).split())


def buttons_of(message: Message) -> dict[str, str]:
    """What each button carries, by its action_id."""
    return {
        element["action_id"]: element.get("value") or element["url"]
        for element in blocks.interactive_elements(message.blocks)
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("open", "Open · due in 16 days USD 1,418.43 to pay Acme › Acme East"),
        ("past_due", "Past Due · 23 days late USD 918.43 to pay"),
        ("paid", "Paid USD 1,418.43 settled in full"),
        ("void", "Void USD 1,418.43 annulled, nothing to pay"),
        ("uncollectible", "Uncollectible USD 1,418.43 still owed, no longer chased"),
        ("draft", "Draft invoice Draft USD 1,418.43 so far, not issued yet"),
        ("unknown_status", "in_review USD 1,418.43 to pay"),
        ("failed_retrying", "Past Due · 12 days late · payment failed; retrying 18 Nov"),
        ("failed_exhausted", "Past Due · 1 day late · payment failed; retries exhausted"),
        ("yen", "24,800 × JPY 5 per call JPY 124,000"),
        ("dinar", "992,400 × KWD 0.00125 KWD 1,240.500"),
        ("credit_balance", "Credit balance applied −USD 200.00"),
        ("owed_from_before", "Owed from before USD 5.00"),
        ("credit_note", "Credit notes −USD 118.43"),
        ("inclusive_tax", "Total includes USD 211.40 of tax USD 1,324.40"),
        ("difference", "The total is USD 10.00 more than its parts add up to."),
        ("stale", "This may be out of date: it is as of 15 Nov 2026 00:00 Europe/Berlin."),
        ("never_filled", "Stripe is being read for the first time"),
        ("deleted", "Deleted at Stripe."),
        ("chargeback", "Paid · Chargeback: needs response until 21 Nov USD 1,418.43"),
        ("chargeback", "*Chargeback* USD 1,418.43 since 12 Nov 2026, product not received"),
        ("chargeback_lost", "Chargeback: lost USD 1,418.43 settled, then USD 1,418.43 charged"),
        ("chargeback_won", "Paid · Chargeback: won USD 1,418.43 settled in full"),
    ],
)
def test_the_card_says_what_matters_in_this_state(name: str, said: str) -> None:
    assert said in show(CARDS[name])


@pytest.mark.parametrize("name", CARDS)
def test_the_text_beside_the_card_tells_its_essence(name: str) -> None:
    card = CARDS[name]

    text = invoice_card(card, dashboard=DASHBOARD).text

    assert text.startswith(("Invoice ", "Draft invoice"))
    assert (card.status.value if card.status else "in_review") in text
    assert not set(text) & set("<>")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Chargeback: needs response until 21 Nov"),
        ({"is_too_late": True}, "Chargeback: not answered by 21 Nov"),
        ({"is_too_late": True, "respond_on": None}, "Chargeback: no response possible"),
        ({"status": "under_review"}, "Chargeback: the bank is deciding"),
        ({"status": "prevented"}, "Chargeback: prevented"),
        (
            {"status": "warning_needs_response"},
            "Chargeback inquiry: needs response until 21 Nov",
        ),
        ({"status": "warning_closed"}, "Chargeback inquiry: closed"),
        ({"status": "appeal_under_review"}, "Chargeback appeal: the bank is deciding"),
        ({"status": "frozen_by_bank"}, "Chargeback: frozen by bank"),
    ],
)
def test_a_chargeback_is_a_mark_in_words(changes: dict[str, Any], said: str) -> None:
    assert chargeback_mark(make_chargeback(**changes)) == said


def test_an_invoice_due_today_says_so() -> None:
    assert "Open · due today" in show(make_card(due_on=date(2026, 11, 15)))


def test_today_is_that_of_the_account() -> None:
    # At 09:30 in UTC the 15th is still going on in Berlin, while the 16th has begun nowhere but
    # in the far east: there it is 23:30.
    berlin = make_card(due_on=date(2026, 11, 16))
    kiritimati = replace(berlin, account=replace(ACME, time_zone="Pacific/Kiritimati"))
    later = replace(kiritimati, now=kiritimati.now.replace(hour=10))

    assert "due in 1 day" in show(berlin)
    assert "due in 1 day" in show(kiritimati)
    assert "due today" in show(later)


def test_a_card_sums_up_what_is_too_long_for_it() -> None:
    message = invoice_card(CARDS["lines_500"], dashboard=DASHBOARD)

    said = " ".join(words_of(message.blocks).split())
    assert "Usage · 480 lines USD 1,154.40" in said
    assert "All 500 lines" in said
    assert buttons_of(message)["show_invoice_lines"] == "in_1QhT4KLkdIwHu7ix|1"


def test_a_short_invoice_has_no_button_for_lines_it_shows() -> None:
    assert "show_invoice_lines" not in buttons_of(invoice_card(make_card(), dashboard=DASHBOARD))


def test_there_are_buttons_only_for_neighbours_that_exist() -> None:
    alone = make_card(previous_id=None, next_id=None)
    between = make_card(previous_id="in_before", next_id="in_after")

    lonely = buttons_of(invoice_card(alone, dashboard=DASHBOARD))
    flanked = buttons_of(invoice_card(between, dashboard=DASHBOARD))

    assert {name for name in lonely if name.startswith("show_invoice:")} == set()
    assert flanked["show_invoice:previous"] == "in_before"
    assert flanked["show_invoice:next"] == "in_after"
    assert flanked["show_account"] == "@7"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.DRAFT, set()),
        (Status.VOID, set()),
        (None, set()),
        (Status.OPEN, {"show_invoice_pdf", "show_receipt"}),
        (Status.PAST_DUE, {"show_invoice_pdf", "show_receipt"}),
        (Status.PAID, {"show_invoice_pdf", "show_receipt"}),
        (Status.UNCOLLECTIBLE, {"show_invoice_pdf"}),
    ],
)
def test_documents_are_offered_by_state_and_carry_no_address(
    status: Status | None, expected: set[str]
) -> None:
    buttons = buttons_of(invoice_card(make_card(id="in_1", status=status), dashboard=DASHBOARD))

    offered = {name: value for name, value in buttons.items() if name in DOCUMENTS}

    assert offered == dict.fromkeys(expected, "in_1")


def test_a_deleted_invoice_offers_no_documents() -> None:
    buttons = buttons_of(invoice_card(make_card(is_deleted=True), dashboard=DASHBOARD))

    assert not DOCUMENTS & set(buttons)


@pytest.mark.parametrize(
    ("is_test", "url"),
    [
        (True, "https://dashboard.stripe.com/test/invoices/in_1"),
        (False, "https://dashboard.stripe.com/invoices/in_1"),
    ],
)
def test_the_link_to_stripe_knows_the_mode(*, is_test: bool, url: str) -> None:
    dashboard = Dashboard("https://dashboard.stripe.com", is_test=is_test)

    message = invoice_card(make_card(id="in_1"), dashboard=dashboard)

    assert buttons_of(message)["open_in_stripe"] == url


def test_all_lines_of_a_long_invoice_are_found_by_turning_pages() -> None:
    card = CARDS["lines_500"]

    pages = [invoice_lines(card, page=page, dashboard=DASHBOARD) for page in range(1, 14)]

    said = " ".join(words_of(page.blocks) for page in pages)
    for part in card.parts:
        for line in part.lines:
            assert line.description in said
    assert "Lines 1 to 40 of 500 lines · page 1 of 13" in words_of(pages[0].blocks)
    assert "show_invoice_lines:previous" not in buttons_of(pages[0])
    assert buttons_of(pages[0])["show_invoice_lines:next"] == f"{card.id}|2"
    assert "show_invoice_lines:next" not in buttons_of(pages[-1])
    assert buttons_of(pages[-1])["show_invoice"] == card.id
    assert f"Total {money_text(card.total)}" in " ".join(words_of(pages[-1].blocks).split())


def test_a_page_beyond_the_last_is_the_last() -> None:
    last = invoice_lines(CARDS["lines_500"], page=13, dashboard=DASHBOARD)

    assert invoice_lines(CARDS["lines_500"], page=10**6, dashboard=DASHBOARD) == last


def test_a_part_that_goes_on_from_the_page_before_says_so() -> None:
    lines = [make_line(minor=100) for _ in range(PAGE_LINES_MAX + 1)]

    page = invoice_lines(make_card(lines=lines), page=2, dashboard=DASHBOARD)

    assert "Usage , continued" in words_of(page.blocks)


@given(number=NAMES, name=NAMES, description=NAMES, label=NAMES, status_text=NAMES)
def test_no_name_breaks_a_card(
    number: str, name: str, description: str, label: str, status_text: str
) -> None:
    line = make_line(
        description=description,
        minor=2**62,
        quantity="123456789.123456789012",
        unit_amount="0.123456789012",
        unit_label=label,
    )
    card = make_card(
        number=number,
        account=replace(ACME, path=(name, name), customer_ids=(name,)),
        status=None,
        status_text=status_text,
        lines=[line] * 12,
        total=usd(2**62),
    )

    for message in (
        invoice_card(card, dashboard=DASHBOARD),
        invoice_lines(replace(card, lines_count=13), page=1, dashboard=DASHBOARD),
    ):
        assert not set(message.text) & set("<>")
        check_blocks(json.loads(json.dumps(message.blocks)), surface="message")
        for element in _elements(message.blocks, "mrkdwn"):
            assert not set(element["text"]) & set("<>")


@given(status=st.sampled_from([*Status, None]), days_late=st.integers(0, 5000), data=st.data())
def test_no_state_breaks_a_card(status: Status | None, days_late: int, data: st.DataObject) -> None:
    day = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
    amount = st.integers(-(2**63), 2**63 - 1).map(usd)
    card = make_card(
        status=status,
        days_late=days_late,
        **{name: data.draw(day) for name in ("issued_on", "due_on", "failed_on", "retry_on")},
        **{name: data.draw(st.booleans()) for name in ("is_automatic", "is_exhausted")},
        **{
            name: data.draw(amount)
            for name in (
                *("total", "credit_balance_applied", "credit_notes", "paid", "remaining"),
                *("credited_after_payment", "inclusive_tax", "difference"),
            )
        },
        short_number=data.draw(st.none() | st.integers(1001, 2**31 - 1)),
        number=data.draw(st.none() | NAMES),
    )

    message = invoice_card(card, dashboard=DASHBOARD)

    check_blocks(json.loads(json.dumps(message.blocks)), surface="message")
    assert "None" not in message.text


def _elements(part: Any, kind: str) -> list[dict[str, Any]]:
    if isinstance(part, (list, tuple)):
        return [found for each in part for found in _elements(each, kind)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") == kind else []
    return own + _elements(list(part.values()), kind)
