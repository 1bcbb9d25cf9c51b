"""What people may write after a command, and what they are told when it is wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.clock import Month
from bot.errors import BadRequest
from bot.queries.cards import Status
from handlers.slack.filters import CURRENCIES, FILTERS, STATUSES, Minimum
from handlers.slack.forms import ShowHelp
from handlers.slack.grammar import (
    ListInvoices,
    ShowInvoice,
    filter_words,
    help_lines,
    parse_invoice,
)


def show(ref: str, month: Month | None = None, *, is_shared: bool = False) -> ShowInvoice:
    return ShowInvoice(ref, month, is_shared=is_shared)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("1234", show("1234")),
        ("  1234  ", show("1234")),
        ("1234.", show("1234")),
        ("1234?!", show("1234")),
        ("ACME-0042,", show("ACME-0042")),
        ("in_1QhT4KLkdIwHu7ix;", show("in_1QhT4KLkdIwHu7ix")),
        ("\u200b1234\ufeff", show("1234")),
        ("\u202a1234\u202c", show("1234")),
        ("12\u00a034", show("12 34")),
        ("Acme Inc.", show("Acme Inc.")),
        ("Yahoo!", show("Yahoo!")),
        ("Acme East\u00a0GmbH", show("Acme East GmbH")),
        ("Acme\nEast", show("Acme East")),
        ("AT&amp;T", show("AT&T")),
        ("R&amp;amp;D", show("R&amp;D")),
        ("&lt;Acme&gt;", show("<Acme>")),
        ("O'Neill", show("O'Neill")),
        ("'t Hooft", show("'t Hooft")),
        ("‘Acme East’", show("Acme East")),
        ('"Acme East"', show("Acme East")),
        ("“Acme East”", show("Acme East")),
        ("„Acme East“", show("Acme East")),
        ("«Acme»", show("Acme")),
        ('12"-pipes Ltd', show('12"-pipes Ltd')),
        (r'"Acme \"Best\" Ltd"', show('Acme "Best" Ltd')),
        ("Acme: The Company", show("Acme: The Company")),
        ("cus_123", show("cus_123")),
        ("<mailto:ap@acme.example|ap@acme.example>", show("ap@acme.example")),
        ("<http://acme.example|acme.example>", show("acme.example")),
        (
            "<https://invoice.stripe.com/i/acct_1/live_YW?s=ap>",
            show("https://invoice.stripe.com/i/acct_1/live_YW?s=ap"),
        ),
        (
            "https://invoice.stripe.com/i/acct_1/live_YW?s=ap&amp;x=1.",
            show("https://invoice.stripe.com/i/acct_1/live_YW?s=ap&x=1"),
        ),
        (
            "<https://dashboard.stripe.com/test/invoices/in_1|our invoice>",
            show("https://dashboard.stripe.com/test/invoices/in_1"),
        ),
        ("Help Desk Ltd", show("Help Desk Ltd")),
        ('"help"', show("help")),
        ("share", show("share")),
        ("1234 share", show("1234", is_shared=True)),
        ("1234 SHARE", show("1234", is_shared=True)),
        ('"Time share"', show("Time share")),
        ('Time "share"', show("Time share")),
        ("Acme 2026-10", show("Acme", Month(2026, 10))),
        ("Acme East 2026-10.", show("Acme East", Month(2026, 10))),
        ('"Acme" 2026-10 share', show("Acme", Month(2026, 10), is_shared=True)),
        ('"Event 2026-10"', show("Event 2026-10")),
        ("2026-10", show("2026-10")),
        ("", ShowHelp()),
        (" \u00a0 ", ShowHelp()),
        ("help", ShowHelp()),
        ("HELP", ShowHelp()),
        ("help share", ShowHelp(is_shared=True)),
    ],
)
def test_a_reference_or_name_is_understood(text: str, query: object) -> None:
    assert parse_invoice(text) == query


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("list", {}),
        ("LIST", {}),
        ("list share", {"is_shared": True}),
        ("list acme", {"text": "acme"}),
        ("list text:acme", {"text": "acme"}),
        ("list entity:Acme", {"entity": "Acme"}),
        ("list Entity: Acme East", {"entity": "Acme East"}),
        ('list entity:"Acme East" minutes', {"entity": "Acme East", "text": "minutes"}),
        ("list entity: “Acme: status: open”", {"entity": "Acme: status: open"}),
        ("list entity:‘Acme East’ status:paid", {"entity": "Acme East", "status": Status.PAID}),
        ("list entity: From Here to There", {"entity": "From Here to There"}),
        ("list entity: 't Hooft status: void", {"entity": "'t Hooft", "status": Status.VOID}),
        ("list text:a:b", {"text": "a:b"}),
        ("list status:open", {"status": Status.OPEN}),
        ("list status: OPEN,", {"status": Status.OPEN}),
        ("list status:past_due", {"status": Status.PAST_DUE}),
        ("list status:past-due", {"status": Status.PAST_DUE}),
        ("list status: past due", {"status": Status.PAST_DUE}),
        ('list status:"Past Due"', {"status": Status.PAST_DUE}),
        ("list status:PastDue acme", {"status": Status.PAST_DUE, "text": "acme"}),
        ("list status: past due acme", {"status": Status.PAST_DUE, "text": "acme"}),
        ("list status:uncollectible", {"status": Status.UNCOLLECTIBLE}),
        ("list from:2026-10-01", {"from_day": date(2026, 10, 1)}),
        ("list from:2028-02-29", {"from_day": date(2028, 2, 29)}),
        ("list from:2038-01-20", {"from_day": date(2038, 1, 20)}),
        ("list to: 2026-10-31.", {"to_day": date(2026, 10, 31)}),
        (
            "list to:2026-10-01 from:2026-10-01",
            {"from_day": date(2026, 10, 1), "to_day": date(2026, 10, 1)},
        ),
        ("list min:100", {"minimum": Minimum(Decimal(100))}),
        ("list min: 100.50eur", {"minimum": Minimum(Decimal("100.50"), "eur")}),
        ("list min:100 EUR acme", {"minimum": Minimum(Decimal(100), "eur"), "text": "acme"}),
        ("list min:100 acme", {"minimum": Minimum(Decimal(100)), "text": "acme"}),
        ("list min:0.125kwd", {"minimum": Minimum(Decimal("0.125"), "kwd")}),
        (
            'list min:5usd text:"a b" to:2026-10-31 from:2026-10-01 status:paid entity:Acme share',
            {
                "entity": "Acme",
                "status": Status.PAID,
                "from_day": date(2026, 10, 1),
                "to_day": date(2026, 10, 31),
                "minimum": Minimum(Decimal(5), "usd"),
                "text": "a b",
                "is_shared": True,
            },
        ),
    ],
)
def test_a_list_takes_any_filters_in_any_order(text: str, fields: dict[str, Any]) -> None:
    assert parse_invoice(text) == ListInvoices(**fields)


STATUS_WORDS = "Status must be one of open, paid, past_due, uncollectible, void."


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("list status:pastdu", f"{STATUS_WORDS} Did you mean past_due?"),
        ("list status:overdue", f"{STATUS_WORDS} Did you mean past_due?"),
        ("list status:opne", f"{STATUS_WORDS} Did you mean open?"),
        ("list status:unpaid", f"{STATUS_WORDS} Did you mean open?"),
        ("list status:draft", STATUS_WORDS),
        ("list status:xyzzy", STATUS_WORDS),
        ("list stauts:open", "Did you mean status?"),
        (
            "list formula:1",
            "Filters are entity, status, from, to, min, currency, late, text.",
        ),
        ("list late:soon", "Write late:31-60, late:91+, or late:0"),
        ("list late:60-31", "Did you mean late:31-60?"),
        ("list late:31+ status:paid", "Only open invoices are late"),
        ("list currency:eur min:5usd", "are different currencies"),
        ("list entity: Acme: The Company", "If it is part of a name, write that in quotes."),
        ("list status:", "status: needs a value, such as status:past_due."),
        ("list from: to:2026-10-01", "from: needs a value, such as from:2026-10-01."),
        ('list entity:""', "There is nothing between the quotes."),
        ("list status:open status:paid", "status: is there twice."),
        ("list acme text:minutes", "are the same. Write only one."),
        ("list from:01.10.2026", "Write it as YYYY-MM-DD"),
        ("list from:2026-10", "Write it as YYYY-MM-DD"),
        ("list from:2026-02-30", "There is no day 2026-02-30 in the calendar."),
        ("list from:2027-02-29", "There is no day 2027-02-29 in the calendar."),
        ("list from:2016-12-31T23:59:60Z", "Write it as YYYY-MM-DD"),
        ("list from:\u0662\u0660\u0662\u0666-10-01", "Write it as YYYY-MM-DD"),
        (
            "list from:2026-10-31 to:2026-10-01",
            "from:2026-10-31 is after to:2026-10-01. Did you mean from:2026-10-01 to:2026-10-31?",
        ),
        ("list min:1e400", "‘1e400’ is no amount."),
        ("list min:NaN", "is no amount"),
        ("list min:-0", "is no amount"),
        ("list min:0.1+0.2", "is no amount"),
        ("list min:٣", "is no amount"),
        ("list min:\uff11\uff10\uff10", "is no amount"),
        ("list min:1,240.50", "is no amount"),
        ("list min:9999999999999999", "is no amount"),
        ("list min:$100", "is no amount"),
        ("list min:100euro", "is no amount"),
        ("list currency:euro", "EURO is no currency that Stripe knows. Did you mean EUR?"),
        ("list min:100.5jpy", "JPY has 0 digits after the point"),
        ("acme status:open", "Did you mean /invoice list acme status:open?"),
        ("lsit status:open", "Did you mean /invoice list lsit status:open?"),
        ("Acme 2026-13", "‘2026-13’ is no month. Write it as YYYY-MM"),
        ("Acme 2026-1", "‘2026-1’ is no month. Write it as YYYY-MM"),
        ("Acme 10/2026", "A month is written YYYY-MM. Did you mean 2026-10?"),
        ("Acme 2026/10", "Did you mean 2026-10?"),
        ("Acme 2026-10-31", "Did you mean 2026-10?"),
        ('"Acme East', "The quote before ‘Acme East’ is never closed."),
        ('""', "There is nothing between the quotes."),
        ("Ac\x00me", "nobody can type"),
        ("Ac\x1bme", "nobody can type"),
        ("Ac\ud83dme", "nobody can type"),
        ("x" * 4001, "4,000 characters are the most"),
        ("x" * 501, "500 characters are the most"),
        ("x " * 400, "500 characters are the most"),
        ("list entity:" + "x " * 400, "500 characters are the most"),
        ('list entity:"' + "&amp;" * 490 + '"', "too long for a list"),
    ],
)
def test_a_mistake_is_answered_with_what_would_be_right(text: str, answer: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_invoice(text)

    assert answer in refused.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("list", ""),
        ("list entity:Acme", ""),
        ("list status:past_due from:2026-10-01", "Past Due · from 1 Oct 2026"),
        ("list to:2026-10-31 min:1240.50eur", "to 31 Oct 2026 · EUR 1,240.5 or more"),
        ("list min:100 AT&amp;T", "100 or more · ‘AT&T’"),
    ],
)
def test_a_title_names_the_filters_in_words(text: str, words: str) -> None:
    query = parse_invoice(text)

    assert isinstance(query, ListInvoices)
    assert filter_words(query) == words


def test_every_line_of_the_help_is_understood_as_it_stands() -> None:
    for line in help_lines():
        written = line.usage.removeprefix("/invoice").strip()
        parse_invoice(written if line.usage.startswith("/invoice") else f"list {written}")
        assert line.meaning


def test_the_help_names_every_filter_and_status() -> None:
    said = " ".join(f"{line.usage} {line.meaning}" for line in help_lines())

    for word in (*FILTERS, *STATUSES):
        assert word in said


def test_every_currency_is_three_small_letters() -> None:
    assert all(len(code) == 3 and code.islower() and code.isascii() for code in CURRENCIES)
    assert {"usd", "eur", "jpy", "kwd", "isk"} <= CURRENCIES
